import { aggregate } from './aggregate.ts';
import { process } from './process.ts';
import { split } from './split.ts';

export default { split, process, aggregate };
