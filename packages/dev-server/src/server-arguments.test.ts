import { describe, expect, it } from 'vitest';
import { serverArguments } from './server-arguments.js';

const lineOf = (...parameters: Parameters<typeof serverArguments>) => serverArguments(...parameters).join(' ');

describe('serverArguments', () => {
  it('starts a tuned server without UI on the loopback interface', () => {
    expect(lineOf({}, { port: 1, uiPort: undefined }).split(' --')).toMatchInlineSnapshot(`
      [
        "server start-dev",
        "ip 127.0.0.1",
        "port 1",
        "log-level warn",
        "namespace default",
        "headless",
        "dynamic-config-value history.transferProcessorMaxPollRPS=2000",
        "dynamic-config-value history.timerProcessorMaxPollRPS=2000",
        "dynamic-config-value history.visibilityProcessorMaxPollRPS=2000",
        "dynamic-config-value system.enableActivityEagerExecution=true",
        "dynamic-config-value matching.useNewMatcher=true",
        "search-attribute CompozyExecId=Keyword",
        "search-attribute CompozyProject=Keyword",
        "search-attribute CompozyWorkflow=Keyword",
        "search-attribute CompozyStatus=Keyword",
      ]
    `);
  });

  it('writes dynamic configuration as JSON, the own values last', () => {
    const dynamicConfig = {
      'limit.historyCount.suggestContinueAsNew': 40,
      'a.b': 'text',
      'history.timerProcessorMaxPollRPS': 7,
    };
    const line = lineOf({ dynamicConfig }, { port: 1, uiPort: undefined });
    expect(line).toContain('--dynamic-config-value limit.historyCount.suggestContinueAsNew=40');
    expect(line).toContain('--dynamic-config-value a.b="text"');
    expect(line).toContain('history.timerProcessorMaxPollRPS=7');
    expect(line).not.toContain('history.timerProcessorMaxPollRPS=2000');
  });

  it('serves the UI on the given port', () => {
    const line = lineOf({}, { port: 1, uiPort: 2 });
    expect(line).toContain('--ui-port 2');
    expect(line).not.toContain('--headless');
  });

  it.each([
    { durable: false, pragma: true },
    { durable: true, pragma: false },
  ])('with a file and durable: $durable, trades safety for speed: $pragma', ({ durable, pragma }) => {
    const line = lineOf({ dbFilename: '/tmp/runs.db', durable }, { port: 1, uiPort: undefined });
    expect(line).toContain('--db-filename /tmp/runs.db');
    expect(line.includes('--sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=off')).toBe(pragma);
  });

  it('never lets a search attribute of the engine be redefined', () => {
    const line = lineOf({ searchAttributes: { CompozyStatus: 'Int', Mine: 'Int' } }, { port: 1, uiPort: undefined });
    expect(line).toContain('--search-attribute Mine=Int');
    expect(line).toContain('--search-attribute CompozyStatus=Keyword');
    expect(line).not.toContain('CompozyStatus=Int');
  });
});
