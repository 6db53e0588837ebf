import { probe } from './probe.ts';

export default { probe };
