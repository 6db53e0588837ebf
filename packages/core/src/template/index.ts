export { evaluateTemplate, isTemplate, parseTemplate, renderText, type Template } from './template.js';
export { evaluateValue } from './evaluate-value.js';
export { templateReferences, type TemplateReference } from './references.js';
export { templateFunctionNames } from './functions/function-table.js';
export { TemplateLateError } from './late-error.js';
export type { TemplateHost, TemplateLimits } from './host.js';
