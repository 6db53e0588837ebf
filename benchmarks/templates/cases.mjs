// The same text as a template of ours and of Handlebars. Helpers of Handlebars stand for functions of ours; both leave
// characters of HTML as they are.
import Handlebars from 'handlebars';

const TEN = Array.from({ length: 10 }, (_, n) => n);
const item = (n) => ({ id: n, name: `item number ${n}`, price: n * 1.25, tags: ['red', 'green', 'blue'] });

export const data = {
  workflow: { id: 'review', exec_id: '2xYbC5rD1nQmE8aKfLsVwTgHj0P', input: { city: 'Tallinn', lang: 'en', count: 3 } },
  tasks: {
    fetch: {
      output: { status: 'open', title: 'The worker stops too early', body: 'It ends before its tasks do.', n: 42 },
    },
    list: { output: { items: Array.from({ length: 50 }, (_, n) => item(n)) } },
    table: { output: { rows: TEN.map((y) => TEN.map((x) => x * y)) } },
  },
  input: { author: 'Ada', verbose: true, files: ['main.ts', 'loop.ts', 'state.ts'], rules: [] },
  output: null,
};

Handlebars.registerHelper('upper', (text) => text.toUpperCase());
Handlebars.registerHelper('eq', (a, b) => a === b);
Handlebars.registerHelper('join', (separator, list) => list.join(separator));
Handlebars.registerHelper('trunc', (count, text) => text.slice(0, count));
Handlebars.registerHelper('lower', (text) => text.toLowerCase());

/** Handlebars' best setting for text: precompiled, known helpers, no escaping of HTML. */
export function precompiled(source) {
  const knownHelpers = { upper: true, lower: true, eq: true, join: true, trunc: true };
  const spec = Handlebars.precompile(source, { noEscape: true, knownHelpers, knownHelpersOnly: true });
  return Handlebars.template(new Function(`return ${spec}`)());
}

export const cases = [
  {
    name: 'a path',
    ours: '{{ .tasks.fetch.output.title }}',
    handlebars: '{{tasks.fetch.output.title}}',
  },
  {
    name: 'a path in a text',
    ours: 'Title: {{ .tasks.fetch.output.title }}',
    handlebars: 'Title: {{tasks.fetch.output.title}}',
  },
  {
    name: 'a text with six paths',
    ours:
      'Run {{ .workflow.exec_id }} of {{ .workflow.id }}: {{ .tasks.fetch.output.title }} is ' +
      '{{ .tasks.fetch.output.status }} in {{ .workflow.input.city }}, says {{ .input.author }}.',
    handlebars:
      'Run {{workflow.exec_id}} of {{workflow.id}}: {{tasks.fetch.output.title}} is ' +
      '{{tasks.fetch.output.status}} in {{workflow.input.city}}, says {{input.author}}.',
  },
  {
    name: 'if and else',
    ours: '{{ if .input.verbose }}all of {{ .workflow.id }}{{ else }}short{{ end }}',
    handlebars: '{{#if input.verbose}}all of {{workflow.id}}{{else}}short{{/if}}',
  },
  {
    name: 'if with a comparison',
    ours: '{{ if eq .tasks.fetch.output.status "open" }}go on{{ else }}stop{{ end }}',
    handlebars: '{{#if (eq tasks.fetch.output.status "open")}}go on{{else}}stop{{/if}}',
  },
  {
    name: 'a call',
    ours: 'From {{ upper .workflow.input.city }}',
    handlebars: 'From {{upper workflow.input.city}}',
  },
  {
    name: 'three calls, two of them nested',
    ours: '{{ upper .workflow.input.lang }}: {{ join ", " .input.files }}; {{ trunc 10 (lower .tasks.fetch.output.body) }}',
    handlebars:
      '{{upper workflow.input.lang}}: {{join ", " input.files}}; {{trunc 10 (lower tasks.fetch.output.body)}}',
  },
  {
    name: 'a loop of fifty items',
    ours: '{{ range .tasks.list.output.items }}- {{ .name }} ({{ .id }}): {{ .price }}\n{{ end }}',
    handlebars: '{{#each tasks.list.output.items}}- {{name}} ({{id}}): {{price}}\n{{/each}}',
  },
  {
    name: 'a loop with index and condition',
    ours: '{{ range $i, $item := .tasks.list.output.items }}{{ if $i }}, {{ end }}{{ $item.name }}{{ end }}',
    handlebars: '{{#each tasks.list.output.items}}{{#if @index}}, {{/if}}{{name}}{{/each}}',
  },
  {
    name: 'a loop of ten in a loop of ten',
    ours: '{{ range .tasks.table.output.rows }}|{{ range . }}{{ . }} {{ end }}|\n{{ end }}',
    handlebars: '{{#each tasks.table.output.rows}}|{{#each this}}{{this}} {{/each}}|\n{{/each}}',
  },
  {
    name: 'a prompt',
    ours: `You review changes for {{ .input.author }}, in {{ upper .workflow.input.lang }}.
{{ with .tasks.fetch.output }}
# {{ .title }}

Status: {{ .status }}{{ if eq .status "open" }} (waiting for you){{ end }}
{{ .body }}
{{ end }}
{{ if .input.files }}Files:
{{ range .input.files }}  - {{ . }}
{{ end }}{{ else }}No files.
{{ end }}{{ range .input.rules }}Rule: {{ . }}
{{ else }}There are no rules.
{{ end }}
Answer with at most {{ .workflow.input.count }} sentences, then one of {{ join ", " .input.files }}.
`,
    handlebars: `You review changes for {{input.author}}, in {{upper workflow.input.lang}}.
{{~#with tasks.fetch.output}}

# {{title}}

Status: {{status}}{{#if (eq status "open")}} (waiting for you){{/if}}
{{body}}
{{/with}}

{{#if input.files}}Files:
{{#each input.files}}  - {{this}}
{{/each}}{{else}}No files.
{{/if}}{{#each input.rules}}Rule: {{this}}
{{else}}There are no rules.
{{/each}}
Answer with at most {{workflow.input.count}} sentences, then one of {{join ", " input.files}}.
`,
  },
];
