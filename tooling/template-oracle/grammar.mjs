// Random templates and data. Types are mostly right, so that what is deep inside gets reached.
import { CALLS, CHOICES, NUMBERS, quoted, TEXTS } from './grammar-tables.mjs';

/** A generator of numbers in [0, 1) (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Grammar {
  constructor(random) {
    this.random = random;
    this.variables = [];
    this.ranges = 0;
    this.templates = 0;
  }

  below(limit) {
    return Math.floor(this.random() * limit);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  chance(probability) {
    return this.random() < probability;
  }

  json(depth = 0) {
    switch (this.below(depth > 2 ? 6 : 9)) {
      case 0:
        return this.pick([0, 1, 2, 3, -1, 7, 42, 1000000, 4503599627370497]);
      case 1:
        return this.pick([0.5, 1.5, -2.25, 3.25, 1e-7, 1e21, 123456.789]);
      case 2:
      case 3:
        return this.pick(TEXTS);
      case 4:
        return this.chance(0.5);
      case 5:
        return null;
      case 6:
        return Array.from({ length: this.below(4) }, () => this.json(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: this.below(4) }, () => [this.pick(['a', 'b', 'c', 'name', 'x']), this.json(depth + 1)]),
        );
    }
  }

  data() {
    return {
      n: this.pick([0, 1, 2, 5, -3, 12]),
      f: this.pick([1.5, 0.25, -2.75]),
      s: this.pick(TEXTS),
      t: this.chance(0.5),
      nil: null,
      l: Array.from({ length: this.below(5) }, () => this.json(1)),
      nums: Array.from({ length: this.below(5) }, () => this.below(9)),
      words: Array.from({ length: this.below(5) }, () => this.pick(TEXTS)),
      m: { a: this.json(1), b: this.json(1), k: this.pick(TEXTS) },
      deep: { x: { y: { z: this.json(1) } } },
      any: this.json(0),
    };
  }

  template() {
    const body = this.statements(3);
    const definitions = Array.from({ length: this.templates }, (_, i) => {
      this.variables = [];
      this.ranges = 0;
      return `{{ define "t${i}" }}${this.statements(1, false)}{{ end }}`;
    });
    const whole = definitions.join('') + body;
    return this.chance(0.05) ? this.damaged(whole) : whole;
  }

  /** With a few characters changed, for the parser. */
  damaged(text) {
    let out = text;
    for (let i = 0; i <= this.below(3); i += 1) {
      const at = this.below(out.length + 1);
      const insert = this.pick([
        '',
        '',
        '{{',
        '}}',
        ' ',
        '"',
        '(',
        ')',
        '|',
        '.',
        '$',
        '-',
        ' end ',
        '1',
        'a',
        ':=',
        ',',
        '`',
        "'",
        '\\',
        '\n',
        '{{ end }}',
        '{{ else }}',
        ' -}}',
        '{{- ',
        '/*',
        '*/',
      ]);
      out = out.slice(0, at) + insert + out.slice(at + this.below(3));
    }
    return out;
  }

  statements(depth, calls = true) {
    const before = this.variables.length;
    let out = '';
    for (let i = 0; i <= this.below(3); i += 1) out += this.statement(depth, calls);
    this.variables.length = before;
    return out;
  }

  open(text) {
    const left = this.chance(0.08) ? '{{- ' : '{{ ';
    return `${left}${text}${this.chance(0.08) ? ' -}}' : ' }}'}`;
  }

  statement(depth, calls) {
    switch (this.below(depth > 0 ? 13 : 5)) {
      case 0:
        return this.pick(['text', ' ', '\n', 'a b ', '-']);
      case 1:
      case 2:
      case 3:
      case 4:
        return this.open(this.pipeline(this.type(), depth));
      case 5:
      case 6: {
        const value = this.pipeline(this.type(), depth);
        if (this.variables.length > 0 && this.chance(0.4)) return this.open(`${this.pick(this.variables)} = ${value}`);
        const name = `$v${this.variables.length}`;
        this.variables.push(name);
        return this.open(`${name} := ${value}`);
      }
      case 7:
      case 8: {
        const middle = this.chance(0.2)
          ? this.open(`else if ${this.pipeline('bool', depth - 1)}`) + this.statements(depth - 1, calls)
          : '';
        const otherwise = this.chance(0.4) ? this.open('else') + this.statements(depth - 1, calls) : '';
        return (
          this.open(`if ${this.pipeline(this.pick(['bool', 'bool', 'any']), depth)}`) +
          this.statements(depth - 1, calls) +
          middle +
          otherwise +
          this.open('end')
        );
      }
      case 9: {
        const otherwise = this.chance(0.4) ? this.open('else') + this.statements(depth - 1, calls) : '';
        return (
          this.open(`with ${this.pipeline(this.type(), depth)}`) +
          this.statements(depth - 1, calls) +
          otherwise +
          this.open('end')
        );
      }
      case 10:
      case 11: {
        const over = this.pipeline(this.pick(['list', 'list', 'map', 'int', 'any']), depth - 1);
        const before = this.variables.length;
        let head = over;
        if (this.chance(0.6)) {
          const names = this.chance(0.6) ? [`$i${before}`, `$e${before}`] : [`$e${before}`];
          this.variables.push(...names);
          head = `${names.join(', ')} := ${over}`;
        }
        this.ranges += 1;
        const jump = this.chance(0.2)
          ? `{{ if ${this.expression('bool', 1)} }}{{ ${this.pick(['break', 'continue'])} }}{{ end }}`
          : '';
        const body = this.statements(depth - 1, calls) + jump + this.open(this.pipeline('any', 1));
        this.ranges -= 1;
        this.variables.length = before;
        const otherwise = this.chance(0.3) ? this.open('else') + this.statements(depth - 1, calls) : '';
        return this.open(`range ${head}`) + body + otherwise + this.open('end');
      }
      default: {
        if (!calls) return '{{/* none */}}';
        this.templates = Math.min(3, this.templates + 1);
        return this.open(`template "t${this.below(this.templates)}" ${this.expression(this.type(), 1)}`);
      }
    }
  }

  type() {
    return this.pick(['any', 'int', 'number', 'text', 'text', 'bool', 'list', 'map']);
  }

  pipeline(type, depth) {
    if (depth > 0 && this.chance(0.3)) {
      const [name, parameters] = this.call(type);
      const last = parameters.at(-1);
      if (last !== undefined && !last.startsWith('=')) {
        const args = parameters.slice(0, -1).map((parameter) => this.argument(parameter, depth - 1));
        return `${this.pipeline(last.replace('?', ''), depth - 1)} | ${[name, ...args].join(' ')}`;
      }
    }
    return this.expression(type, depth, false);
  }

  argument(parameter, depth) {
    return parameter.startsWith('=') ? this.pick(CHOICES[parameter.slice(1)]) : this.expression(parameter, depth);
  }

  expression(wanted, depth, parens = true) {
    const type = this.chance(0.02) ? this.type() : wanted;
    if (depth <= 0 || this.chance(0.35)) return this.atom(type);
    const [name, parameters] = this.call(type);
    const text = [name, ...parameters.map((parameter) => this.argument(parameter, depth - 1))].join(' ');
    return parens ? `(${text})` : text;
  }

  atom(type) {
    if (this.variables.length > 0 && this.chance(type === 'any' ? 0.3 : 0.06)) return this.pick(this.variables);
    if (this.chance(0.03)) return this.pick(['.', '$', '.any', 'nil', '$.n', '$.m.a', '.missing']);
    switch (type) {
      case 'int':
        return this.pick(['$.n', '0', '1', '2', '3', '5', '-1', '(len $.l)', '(int 4)']);
      case 'number':
        return this.pick([...NUMBERS, '$.n', '$.f', '(add 1 2)', '(index "a" 0)', '(float64 2)']);
      case 'text':
        return this.chance(0.4) ? this.pick(['$.s', '$.m.k']) : quoted(this.pick(TEXTS));
      case 'bool':
        return this.pick(['true', 'false', '$.t', '$.t', '$.n', '$.nil', '$.s']);
      case 'list':
        return this.pick([
          '$.l',
          '$.nums',
          '$.words',
          '(list 1 "a" nil)',
          '(list)',
          '(until 3)',
          '(splitList "," "b,a,b")',
        ]);
      case 'map':
        return this.pick(['$.m', '$.deep', '$.deep.x', '(dict "a" 1 "b" "x")', '(dict)', '$']);
      case 'time':
        return this.pick([
          'now',
          '(toDate "2006-01-02" "2024-02-29")',
          '(toDate "2006-01-02T15:04:05Z07:00" "2001-09-09T01:46:40.5+02:00")',
        ]);
      default:
        return this.pick(['$.any', '$.l', '$.m.a', '$.deep.x.y.z', '$.nil', '"x"', '1', '1.5', '.', '$.words', 'nil']);
    }
  }

  call(type) {
    return this.pick(CALLS[type] ?? CALLS.any);
  }
}
