import { library } from '../../tooling/tsup-config/library.js';

export default library;
