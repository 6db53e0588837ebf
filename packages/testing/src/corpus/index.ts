export { describeRun, resumeRun, traceText, type HalfwayRun, type RunTexts } from './describe-run.js';
export { readDispatcherHistories } from './dispatcher-histories.js';
export { recordCorpus, type CorpusReport, type RecordCorpusOptions } from './record-corpus.js';
export { recordDispatchers } from './record-dispatchers.js';
export { listRecordings, readRecording, type Recording } from './recording.js';
export { replayHistories, type RecordedHistory, type Replay } from './replay-histories.js';
export { listScenarioFiles, scenarioHash, type ScenarioFile } from './scenario-files.js';
export { silenceTemporal } from './silence-temporal.js';
