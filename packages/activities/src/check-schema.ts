export { checkSchema } from '@compozy/core/schema';
