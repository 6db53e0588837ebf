import { openAccount } from './open-account.ts';
import { writeWelcome } from './write-welcome.ts';

export default { 'open-account': openAccount, 'write-welcome': writeWelcome };
