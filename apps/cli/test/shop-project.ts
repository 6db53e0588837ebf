/** A project with something for each command that talks to a server. */
export const shop = {
  'compozy.yaml': `name: shop
workflows: [{ source: ./greet.yaml }, { source: ./hold.yaml }, { source: ./heard.yaml }, { source: ./timed.yaml }]
runtime: { type: node, entrypoint: ./tools.ts }
tools: [{ id: fail }]
autoload: { enabled: true, strict: true, include: ["*.task.yaml"] }
`,
  'greet.yaml': `id: greet
config: { input: { type: object, required: [name], properties: { name: { type: string } } } }
tasks:
  - { id: text, type: aggregate, outputs: { text: "Hello {{ .workflow.input.name }}" }, on_success: { next: end } }
  - { id: break, type: basic, tool: fail, retries: 0, on_success: { next: end } }
  - { id: end, type: aggregate, final: true, outputs: { x: 1 } }
outputs: { text: "{{ .tasks.text.output.text }}" }
`,
  'hold.yaml': `id: hold
tasks:
  - { id: before, type: aggregate, outputs: { x: 1 } }
  - { id: gate, type: wait, wait_for: approval, condition: signal.payload.by != '' }
  - { id: after, type: aggregate, outputs: { by: "{{ .tasks.gate.output.signal.payload.by }}" } }
outputs: { by: "{{ .tasks.after.output.by }}" }
`,
  'heard.yaml': `id: heard
triggers: [{ type: signal, name: order.made, schema: { type: object, required: [id] } }]
tasks: [{ id: a, type: aggregate, outputs: { id: "{{ .workflow.input.id }}" } }]
`,
  'timed.yaml': `id: timed
schedule: { cron: '0 30 6 1 1 *', start_at: '2031-01-01T00:00:00Z' }
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
  'label.task.yaml': `resource: task
id: label
type: aggregate
input: { type: object, required: [name], properties: { name: { type: string } } }
outputs: { text: "For {{ .with.name }}" }
`,
  'tools.ts': `export default { fail: () => { throw new Error('out of paper'); } };\n`,
};
