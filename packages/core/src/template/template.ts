import type { Json } from '../model/json.js';
import type { Pipeline, Statement, Syntax } from './ast.js';
import { toWellFormed } from './bytes.js';
import { compileProgram, type Program } from './compile.js';
import { FUNCTION_TABLE, templateFunctionNames } from './functions/function-table.js';
import type { TemplateHost } from './host.js';
import { ownedContext } from './owned-context.js';
import { parseSyntax } from './parse-syntax.js';
import { readPath } from './read-path.js';
import { Run } from './run.js';
import { visitFunctions } from './syntax-visitor.js';
import type { Value } from './value.js';

/** A parsed template: immutable, and good for any number of evaluations. Opaque to callers. */
export class Template {
  readonly source: string;
  /** @internal */
  readonly syntax: Syntax;
  /** @internal The path of a template that is one plain reference (D-12). */
  readonly reference: { readonly path: readonly string[]; readonly root: string; readonly at: number } | undefined;
  /** @internal */
  readonly mutates: boolean;
  #program: Program | undefined;

  /** @internal Use {@link parseTemplate}. */
  constructor(source: string) {
    this.source = source;
    this.syntax = parseSyntax(source, FUNCTION_NAMES);
    this.reference = plainReference(this.syntax);
    let mutates = false;
    visitFunctions(this.syntax, (name) => {
      mutates ||= FUNCTION_TABLE[name]?.mutates === true;
    });
    this.mutates = mutates;
  }

  /** @internal */
  get program(): Program {
    return (this.#program ??= compileProgram(this.syntax, FUNCTION_TABLE));
  }
}

const FUNCTION_NAMES: ReadonlySet<string> = new Set(templateFunctionNames);

// Two generations instead of a strict order of use: a hit costs one look-up.
const CACHED_TEMPLATES = 1_000;
const CACHED_CHARACTERS = 2_000_000;
let young = new Map<string, Template>();
let old = new Map<string, Template>();
let youngCharacters = 0;

/**
 * The template that `source` holds. Parsed once per process as long as it stays in use.
 *
 * @throws `Template.Syntax`, `Template.UnknownFunction` with line and column (1-based) in the source.
 */
export function parseTemplate(source: string): Template {
  const known = young.get(source);
  if (known !== undefined) return known;
  const template = old.get(source) ?? new Template(source);
  if (young.size >= CACHED_TEMPLATES || youngCharacters > CACHED_CHARACTERS) {
    old = young;
    young = new Map();
    youngCharacters = 0;
  }
  young.set(source, template);
  youngCharacters += source.length;
  return template;
}

/** Whether a text is a template: whether it holds `{{`. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/**
 * The text that a template makes of `data`.
 *
 * @throws `Template.UnknownPath`, `Template.BadArgument`, `Template.TooExpensive`, `Task.Failed` (by `fail`) and `TemplateLateError`
 */
export function renderText(template: Template, data: Json, host: TemplateHost): string {
  const { program } = template;
  const slots = newSlots(program.slots);
  const run = new Run(template.source, host, slots, template.mutates);
  try {
    const dot = template.mutates ? ownedContext(run, data as Value) : (data as Value);
    slots[0] = dot;
    program.execute(run, dot);
  } catch (error) {
    throw run.explain(error);
  } finally {
    run.settle();
  }
  return toWellFormed(run.out);
}

/**
 * The value that a template makes of `data` (D-12): one plain reference gives the value itself, a text that is a JSON
 * object or list gives that, anything else is text.
 */
export function evaluateTemplate(template: Template, data: Json, host: TemplateHost): Json {
  const { reference } = template;
  if (reference !== undefined) {
    const run = new Run(template.source, host, [], false);
    return readPath(run, data as Value, reference.path, reference.at, reference.root, false) as Json;
  }
  const text = renderText(template, data, host);
  return parsedContainer(text) ?? text;
}

/**
 * The text to show for what a template makes of `data`. One plain reference has a value, not a text: unless that is a
 * text itself, it is written as JSON. Everything else is as {@link renderText}.
 */
export function renderTemplate(template: Template, data: Json, host: TemplateHost): string {
  if (template.reference === undefined) return renderText(template, data, host);
  const value = evaluateTemplate(template, data, host);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Most texts are none, and are not looked through to their end. */
const MAY_BE_CONTAINER = /^\s*[[{]/;

function parsedContainer(text: string): Json | undefined {
  if (!MAY_BE_CONTAINER.test(text)) return undefined;
  const trimmed = text.trim();
  const [first, last] = [trimmed[0], trimmed.at(-1)];
  if ((first !== '{' || last !== '}') && (first !== '[' || last !== ']')) return undefined;
  try {
    return JSON.parse(trimmed) as Json;
  } catch {
    return undefined;
  }
}

function newSlots(count: number): Value[] {
  const slots: Value[] = [];
  for (let i = 0; i < count; i += 1) slots.push(null);
  return slots;
}

/** The path of a template that is exactly one reference, blanks around it aside. */
function plainReference({ main }: Syntax): Template['reference'] {
  const rest = main.body.filter((statement: Statement) => statement.kind !== 'text' || statement.text.trim() !== '');
  const [only] = rest;
  if (rest.length !== 1 || only?.kind !== 'action') return undefined;
  const { targets, commands }: Pipeline = only.pipeline;
  const [command] = commands;
  if (targets.length > 0 || commands.length !== 1 || command!.operands.length !== 1) return undefined;
  const [operand] = command!.operands;
  if (operand.kind === 'field') return { path: operand.path, root: '', at: operand.at };
  if (operand.kind !== 'variable' || operand.slot !== 0 || operand.path.length === 0) return undefined;
  return { path: operand.path, root: '$', at: operand.at };
}
