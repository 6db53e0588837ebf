export { evaluateTemplate, isTemplate, parseTemplate, renderText, type Template } from './template.js';
export { templateReferences, type TemplateReference } from './references.js';
export { TemplateLateError } from './late-error.js';
export type { TemplateHost } from './host.js';
