import { createReporter, type Reporter } from './reporter.js';

/** The problems of one file that may be left out as a whole. */
export interface Trial {
  /** Keeps what it is told until the trial ends. */
  readonly reporter: Reporter;
  /**
   * Hands on what was found. Where files may be left out, the errors of this one become warnings.
   *
   * @returns whether the file is used.
   */
  end(): boolean;
}

/** @param strict whether a mistake in the file is one of the project. */
export function createTrial(outer: Reporter, strict: boolean): Trial {
  const found = createReporter();
  const calls: Parameters<Reporter['report']>[] = [];
  return {
    reporter: {
      ...found,
      get errors() {
        return found.errors;
      },
      open: (file) => outer.open(file),
      report(...call) {
        calls.push(call);
        found.report(...call);
      },
    },
    end() {
      const isLeftOut = !strict && found.errors > 0;
      for (const [target, code, message, options] of calls.splice(0)) {
        outer.report(target, code, message, isLeftOut ? { ...options, severity: 'warning' } : options);
      }
      const [first] = found.diagnostics();
      if (isLeftOut && first !== undefined) {
        const message = 'The file is left out because of its mistakes; "autoload.strict: true" makes them errors';
        outer.report({ file: first.file }, 'file.skipped', message, { severity: 'warning' });
      }
      return !isLeftOut;
    },
  };
}
