import { step } from './step.js';

export default { step };
