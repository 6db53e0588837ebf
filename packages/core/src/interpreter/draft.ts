import type { Plan } from '../model/plan.js';
import type { StepMeter } from '../template/index.js';
import type { Command, RunActivityCommand } from './command.js';
import type { Deadline, Issued, RunContext, RunState, Step, TaskNode, Work } from './state.js';

/** For all templates of one step: a fraction of a second, three at the very worst, where the sandbox allows five. */
const STEPS_PER_TURN = 2_000_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The state while one event is worked on: maps are copied once, nodes are replaced, never changed (I1). */
export class Draft {
  readonly plan: Plan;
  readonly context: RunContext;
  readonly fields: Mutable<RunState>;
  readonly nodes: Record<string, TaskNode>;
  readonly latest: Record<string, Record<string, string>>;
  readonly passes: Record<string, number>;
  readonly issued: Record<string, Issued>;
  readonly deadlines: Record<string, Deadline>;
  held: RunActivityCommand[];
  heldWork: Work[];
  readonly work: Work[] = [];
  readonly commands: Command[] = [];
  /** Keys of the tasks that took a signal in this turn, by its id. */
  readonly takenNow = new Map<string, readonly string[]>();
  readonly meter: StepMeter = { limit: STEPS_PER_TURN, left: STEPS_PER_TURN };
  readonly #ownedScopes = new Set<string>();

  constructor(plan: Plan, state: RunState, at: number) {
    this.plan = plan;
    this.context = state.context;
    // A clock that goes back would make deadlines wrong; Temporal's never does, a scripted one might.
    this.fields = { ...state, at: Math.max(at, state.at), turns: state.turns + 1 };
    this.nodes = copyOf(state.nodes);
    this.latest = copyOf(state.latest) as Record<string, Record<string, string>>;
    this.passes = copyOf(state.passes);
    this.issued = copyOf(state.issued);
    this.deadlines = copyOf(state.deadlines);
    this.held = [...state.held];
    this.heldWork = [...state.heldWork];
  }

  get at(): number {
    return this.fields.at;
  }

  node(key: string): TaskNode {
    const node = this.nodes[key];
    if (node === undefined) throw new Error(`no node "${key}"`);
    return node;
  }

  update(key: string, patch: Partial<TaskNode>): TaskNode {
    const node = { ...this.node(key), ...patch };
    this.nodes[key] = node;
    return node;
  }

  /** Notes that `key` is now what `.tasks.<id>` shows in its scope. */
  setLatest(scope: string, id: string, key: string): void {
    if (!this.#ownedScopes.has(scope)) {
      this.latest[scope] = copyOf(this.latest[scope] ?? {});
      this.#ownedScopes.add(scope);
    }
    this.latest[scope]![id] = key;
  }

  forget(key: string): void {
    const node = this.nodes[key];
    if (node === undefined) return;
    for (const child of Object.values(this.latest[key] ?? {})) this.forget(child);
    delete this.nodes[key];
    delete this.latest[key];
    const scope = node.parent ?? '';
    if (this.latest[scope]?.[node.id] === key) {
      this.setLatest(scope, node.id, key);
      delete this.latest[scope]![node.id];
    }
  }

  issue(node: string | null, name: string, command: RunActivityCommand, workersLost = 0): void {
    this.issued[command.key] = { node, name, command, workersLost };
    if (this.fields.draining) this.held.push(command);
    else this.commands.push(command);
  }

  /** Drops an activity that is no longer wanted; tells the shell when it has it. */
  withdraw(key: string): void {
    delete this.issued[key];
    const before = this.held.length;
    this.held = this.held.filter((command) => command.key !== key);
    if (this.held.length === before) this.commands.push({ kind: 'cancel', key });
  }

  setDeadline(key: string, deadline: Deadline): void {
    this.deadlines[key] = deadline;
    this.commands.push({ kind: 'set-deadline', key, at: deadline.at });
  }

  clearDeadline(key: string): void {
    if (this.deadlines[key] === undefined) return;
    delete this.deadlines[key];
    this.commands.push({ kind: 'clear-deadline', key });
  }

  /** Activities that the shell has and that have not ended. */
  inFlight(): number {
    return Object.keys(this.issued).length - this.held.length;
  }

  finish(): Step {
    const state: RunState = {
      ...this.fields,
      nodes: this.nodes,
      latest: this.latest,
      passes: this.passes,
      issued: this.issued,
      deadlines: this.deadlines,
      held: this.held,
      heldWork: this.heldWork,
    };
    return { state, commands: this.commands };
  }
}

/**
 * A copy to which keys are added and from which they are taken. Without a prototype it is a hash table from the start;
 * a spread would be an object of fixed shape, whose first change by hundreds of keys costs more than the copy.
 */
function copyOf<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  const copy = Object.create(null) as Record<string, T>;
  for (const key in map) copy[key] = map[key]!;
  return copy;
}
