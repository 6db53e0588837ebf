import { findLabels } from './find-labels.ts';
import { writeReply } from './write-reply.ts';

export default { 'find-labels': findLabels, 'write-reply': writeReply };
