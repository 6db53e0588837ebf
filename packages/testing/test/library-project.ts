/** Greets by API and by event, waits for an approval, and naps three at a time. */
export const FILES = {
  'compozy.yaml': `name: my-project
workflows: [{ source: ./greet.yaml }, { source: ./hold.yaml }, { source: ./slow.yaml }]
tools: [{ id: nap }]
`,
  'greet.yaml': `id: greet
config: { input: { type: object, required: [name], properties: { name: { type: string }, mood: { type: string, default: glad } } } }
triggers: [{ type: signal, name: visited, schema: { type: object, required: [name] } }]
tasks:
  - { id: first, type: aggregate, outputs: { text: "Hello {{ .workflow.input.name }}, {{ .workflow.input.mood }}" }, on_success: { next: last } }
  - { id: last, type: aggregate, outputs: { from: "{{ .trigger.type }}" } }
outputs: { text: "{{ .tasks.first.output.text }}", from: "{{ .tasks.last.output.from }}" }
`,
  'hold.yaml': `id: hold
triggers: [{ type: signal, name: approval }]
tasks: [{ id: gate, type: wait, wait_for: approval }]
outputs: { by: "{{ .tasks.gate.output.signal.payload.by }}" }
`,
  'slow.yaml': `id: slow
tasks: [{ id: naps, type: parallel, max_workers: 3, tasks: [{ id: a, tool: nap }, { id: b, tool: nap }, { id: c, tool: nap }] }]
`,
};

/** The same under another name, and so on a task queue of its own. */
export function named(name: string): Record<string, string> {
  return { ...FILES, 'compozy.yaml': FILES['compozy.yaml'].replace('my-project', name) };
}
