import type { Expression, Statement, Syntax } from './ast.js';

/** Calls `visit` with the name of every function that a template uses, in whatever branch. */
export function visitFunctions(syntax: Syntax, visit: (name: string) => void): void {
  const expression = (node: Expression): void => {
    if (node.kind === 'function') visit(node.name);
    else if (node.kind === 'chain') expression(node.base);
    else if (node.kind === 'pipeline') {
      for (const command of node.commands) for (const operand of command.operands) expression(operand);
    }
  };
  const statements = (body: readonly Statement[]): void => {
    for (const statement of body) {
      if ('pipeline' in statement && statement.pipeline !== undefined) expression(statement.pipeline);
      if ('body' in statement) {
        statements(statement.body);
        statements(statement.otherwise ?? []);
      }
    }
  };
  statements(syntax.main.body);
  for (const definition of syntax.definitions.values()) statements(definition.body);
}
