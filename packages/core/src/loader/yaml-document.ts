import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import type { Reporter } from '../schema/reporter.js';
import type { Place, SourceDocument } from '../schema/source-document.js';
import { findNode, type FoundNode } from './yaml-nodes.js';
import { toJsonValue } from './yaml-value.js';
import { offsetInScalar } from './scalar-offset.js';

const MAX_DEPTH = 100;

/**
 * The one document that `text` holds, as data with positions. Problems are reported; after one that leaves no usable
 * data the result is `undefined`.
 */
export function parseYamlDocument(file: string, text: string, reporter: Reporter): SourceDocument | undefined {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (code: Parameters<Reporter['report']>[1], message: string, offset: number, expected?: string) =>
    reporter.report({ file }, code, message, { at: place(offset), ...(expected === undefined ? {} : { expected }) });

  const documents = compose(text, lines, report);
  if (documents === undefined) return undefined;
  const [document, second] = documents;
  if (document === undefined || document.contents === null) {
    if (document !== undefined && reportErrors(document, text, report)) return undefined;
    report('file.empty', 'The file is empty', 0, 'a mapping with keys and values');
    return undefined;
  }
  if (reportErrors(document, text, report)) return undefined;
  if (second !== undefined) {
    report(
      'yaml.documents',
      'The file holds more than one YAML document; keep the first and move the rest',
      second.range[0],
      'one document',
    );
    return undefined;
  }
  const { contents } = document;
  if (!isMap(contents)) {
    const what = isScalar(contents) ? 'a single value' : 'a list';
    report(
      'yaml.root',
      `The file must be a mapping with keys and values, but it is ${what}`,
      contents.range[0],
      'a mapping with keys and values',
    );
    return undefined;
  }
  const value = toJsonValue(document, report);
  if (value === undefined) return undefined;
  const locate = (path: readonly (string | number)[]): FoundNode => findNode(document, path);
  return {
    file,
    value,
    written(path) {
      const { node, exact } = locate(path);
      const target = isAlias(node) ? node.resolve(document) : node;
      return exact && isScalar(target) ? target.source : undefined;
    },
    keyPlace: (path) => place(locate(path).keyOffset),
    valuePlace: (path) => place(locate(path).valueOffset),
    textPlace(path, inText) {
      const { node, exact } = locate(path);
      if (!exact || !isScalar(node) || typeof node.value !== 'string') return place(locate(path).valueOffset);
      return place(offsetInScalar(text, node, inText));
    },
  };
}

type Report = (code: Parameters<Reporter['report']>[1], message: string, offset: number, expected?: string) => void;

/** Parses token by token, so that nesting is refused before anything recurses over it. */
function compose(text: string, lines: LineCounter, report: Report): Document.Parsed[] | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const composer = new Composer({
    merge: true,
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const documents: Document.Parsed[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...(composer.next(token) as Iterable<Document.Parsed>));
    if (parser.stack.length > MAX_DEPTH && depthOf(parser) > MAX_DEPTH) {
      report(
        'yaml.too-deep',
        `The file nests deeper than ${MAX_DEPTH} levels`,
        parser.offset - lexeme.length,
        `at most ${MAX_DEPTH} levels`,
      );
      return undefined;
    }
  }
  for (const token of parser.end()) documents.push(...(composer.next(token) as Iterable<Document.Parsed>));
  documents.push(...(composer.end() as Iterable<Document.Parsed>));
  return documents;
}

function depthOf({ stack }: Parser): number {
  return stack.filter(({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection').length;
}

/** True when what is left cannot be trusted. One mistake makes several errors; only the first one says something. */
function reportErrors(document: Document, text: string, report: Report): boolean {
  for (const error of document.errors) {
    const [offset] = error.pos;
    if (error.code === 'DUPLICATE_KEY') {
      const [key = ''] = text.slice(offset, offset + 100).split(/[:\n]/);
      report(
        'key.duplicate',
        `The key "${key.trim().replaceAll(/^["']|["']$/g, '')}" stands in this mapping already`,
        offset,
        'each key once',
      );
      continue;
    }
    if (error.code === 'TAB_AS_INDENT') report('yaml.tab', 'YAML is indented by spaces, not by tabs', offset, 'spaces');
    else if (error.code === 'BAD_ALIAS') report('yaml.alias', error.message, offset);
    else if (error.code === 'MULTIPLE_DOCS')
      report('yaml.documents', 'The file holds more than one YAML document', offset, 'one document');
    else {
      const opener = openerOf(document, error);
      if (opener === undefined) report('yaml.syntax', explain(error), offset);
      else
        report('yaml.syntax', `What begins here with ${opener.text} is never closed`, opener.offset, opener.expected);
    }
    return true;
  }
  return false;
}

/** Where the quote or bracket stands that the error misses the end of: the innermost one that is still open. */
function openerOf(document: Document, { code, pos: [offset] }: YAMLError) {
  if (code !== 'MISSING_CHAR' && code !== 'BAD_INDENT') return undefined;
  let found: { readonly offset: number; readonly text: string; readonly expected: string } | undefined;
  visit(document, {
    Node(_key, node) {
      const [start, end] = node.range ?? [0, 0];
      if (start >= offset || end < offset) return;
      if (isScalar(node) && node.type === 'QUOTE_DOUBLE')
        found = { offset: start, text: 'a double quote', expected: 'a closing "' };
      else if (isScalar(node) && node.type === 'QUOTE_SINGLE')
        found = { offset: start, text: 'a single quote', expected: "a closing '" };
      else if (isCollection(node) && node.flow === true) {
        const [text, expected] = isMap(node) ? ['"{"', 'a closing "}"'] : ['"["', 'a closing "]"'];
        found = { offset: start, text, expected };
      }
    },
  });
  return found;
}

function explain({ code, message }: YAMLError): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return `${message}; put quotes around a text that holds ": "`;
  return message;
}
