import { prepareRequest } from './prepare-request.ts';
import { sendReminder } from './send-reminder.ts';
import { writeDecision } from './write-decision.ts';

export default {
  'prepare-request': prepareRequest,
  'send-reminder': sendReminder,
  'write-decision': writeDecision,
};
