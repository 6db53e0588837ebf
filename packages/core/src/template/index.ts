export { evaluateTemplate, isTemplate, parseTemplate, renderTemplate, renderText, type Template } from './template.js';
export { templateReferences, type TemplateReference } from './references.js';
export { TemplateLateError } from './late-error.js';
export type { StepMeter, TemplateHost, TemplateLimits } from './host.js';
export { evaluateValue } from './evaluate-value.js';
