// Program template-oracle renders templates with the real text/template and sprig. It reads one JSON case per line
// ({"t": template, "d": data, "n": note}) and writes, to the file of its argument, the case with its outcome:
// "out" (text), or "err" (a class) and "msg".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

type testCase struct {
	Template string          `json:"t"`
	Data     json.RawMessage `json:"d,omitempty"`
	Note     string          `json:"n,omitempty"`
	Out      *string         `json:"out,omitempty"`
	Err      string          `json:"err,omitempty"`
	Msg      string          `json:"msg,omitempty"`
}

func functions() template.FuncMap {
	all := sprig.TxtFuncMap()
	for _, name := range strings.Fields(excluded) {
		delete(all, name)
	}
	// Without the monotonic part, which only a process has. The tag faketime makes the clock stand still.
	all["now"] = func() time.Time { return time.Now().Round(0) }
	all["htmlEscape"] = template.HTMLEscaper
	all["htmlAttrEscape"] = template.HTMLEscaper
	all["jsEscape"] = template.JSEscaper
	return all
}

const excluded = `bcrypt htpasswd genPrivateKey derivePassword buildCustomCert genCA genCAWithKey genSelfSignedCert
genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES decryptAES randBytes env expandenv getHostByName`

func main() {
	if len(os.Args) > 1 && os.Args[1] == "signatures" {
		printSignatures()
		return
	}
	// A value that holds itself ends the process: soon.
	debug.SetMaxStack(32 << 20)
	funcs := functions()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	file, err := os.Create(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		if len(strings.TrimSpace(in.Text())) == 0 {
			continue
		}
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			fmt.Fprintln(os.Stderr, "bad case:", err, in.Text())
			os.Exit(1)
		}
		run(&c, funcs)
		if err := encoder.Encode(c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func run(c *testCase, funcs template.FuncMap) {
	var data any = map[string]any{}
	if len(c.Data) > 0 {
		decoder := json.NewDecoder(strings.NewReader(string(c.Data)))
		decoder.UseNumber()
		if err := decoder.Decode(&data); err != nil {
			fmt.Fprintln(os.Stderr, "bad data:", err)
			os.Exit(1)
		}
		data = decoded(data)
	}
	parsed, err := template.New("the root, which no case names").Option("missingkey=error").Funcs(funcs).Parse(c.Template)
	if err != nil {
		c.Err, c.Msg = "syntax", err.Error()
		if strings.Contains(c.Msg, "function \"") && strings.Contains(c.Msg, "not defined") {
			c.Err = "unknown-function"
		}
		return
	}
	done := make(chan struct{})
	var b limited
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		err = parsed.Execute(&b, data)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		c.Err, c.Msg = "endless", ""
		return
	}
	if err == nil {
		text := b.String()
		c.Out = &text
		return
	}
	c.Msg = err.Error()
	switch {
	case strings.Contains(c.Msg, "error calling fail:"):
		c.Err = "fail"
	case strings.Contains(c.Msg, "map has no entry for key"), strings.Contains(c.Msg, "nil pointer evaluating"),
		strings.Contains(c.Msg, "nil data; no entry for key"), strings.Contains(c.Msg, "can't evaluate field"):
		c.Err = "unknown-path"
	default:
		c.Err = "bad-argument"
	}
}

type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len() > 1<<24 {
		return 0, fmt.Errorf("output too large")
	}
	return l.Builder.Write(p)
}

// decoded turns a whole JSON number into an int and every other number into a float64, at every depth (D-12).
func decoded(value any) any {
	switch v := value.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return int(i)
		}
		f, _ := v.Float64()
		if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
			return int(f)
		}
		return f
	case []any:
		for i := range v {
			v[i] = decoded(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = decoded(v[k])
		}
	}
	return value
}

func printSignatures() {
	all := functions()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Println(name, reflect.TypeOf(all[name]))
	}
}
