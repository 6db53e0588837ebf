/** One webhook of each kind. */
export const FILES = {
  '.env': 'HOOK_SECRET=s3cret-of-hooks\nSTANDARD_SECRET=whsec_czNjcmV0LW9mLXN0YW5kYXJk\n',
  'compozy.yaml': 'name: shop\nworkflows: [{ source: ./main.yaml }]\n',
  'main.yaml': `id: main
triggers:
  - type: webhook
    webhook:
      slug: Open
      events:
        - { name: order.big, filter: payload.total > 100, input: { id: '{{ .payload.id }}', big: true } }
        - name: order.any
          filter: has(payload.id) && headers['x-kind'] == 'order' && (!('test' in query) || query.test == 'no')
          input: { id: '{{ .payload.id }}', note: 'for {{ .payload.customer.name }}.', items: '{{ .payload.items }}' }
          schema: { type: object, properties: { id: { type: string } } }
  - type: webhook
    webhook:
      slug: pay
      verify: { strategy: stripe, secret: '{{ .env.HOOK_SECRET }}' }
      dedupe: { enabled: true, key: data.object.id }
      events: [{ name: paid, filter: payload.type == 'paid', input: { id: '{{ .payload.data.object.id }}' } }]
  - type: webhook
    webhook:
      slug: hub
      verify: { strategy: github, secret: '{{ .env.HOOK_SECRET }}' }
      events: [{ name: pushed, filter: "headers['x-github-event'] == 'push'", input: { ref: '{{ .payload.ref }}' } }]
  - type: webhook
    webhook:
      slug: signed
      verify: { strategy: hmac, secret: '{{ .env.HOOK_SECRET }}', header: X-Signature }
      dedupe: { enabled: false, key: id }
      events: [{ name: signed, filter: 'true', input: { id: '{{ .payload.id }}' } }]
  - type: webhook
    webhook:
      slug: keyed
      verify: { strategy: hmac, secret: '{{ .env.HOOK_SECRET }}', header: X-Signature }
      dedupe: { enabled: true, key: id }
      events: [{ name: keyed, filter: 'true', input: { id: '{{ .payload.id }}' } }]
  - type: webhook
    webhook:
      slug: once-signed
      verify: { strategy: hmac, secret: '{{ .env.HOOK_SECRET }}', header: X-Signature }
      dedupe: { enabled: true }
      events: [{ name: once-signed, filter: 'true', input: { id: '{{ .payload.id }}' } }]
  - type: webhook
    webhook:
      slug: once-hub
      verify: { strategy: github, secret: '{{ .env.HOOK_SECRET }}' }
      dedupe: { enabled: true }
      events: [{ name: once-pushed, filter: 'true', input: { ref: '{{ .payload.ref }}' } }]
  - type: webhook
    webhook:
      slug: std
      verify: { strategy: standard, secret: '{{ .env.STANDARD_SECRET }}' }
      events: [{ name: stood, filter: payload.type == 'stood', input: { id: '{{ .payload.id }}' } }]
  - type: webhook
    webhook:
      slug: not-base64
      verify: { strategy: standard, secret: '{{ .env.HOOK_SECRET }}' }
      events: [{ name: never, filter: 'true', input: { id: '{{ .payload.id }}' } }]
  - type: webhook
    webhook:
      slug: put
      method: PUT
      events: [{ name: put, filter: 'true', input: { id: '{{ .payload.id }}' } }]
tasks: [{ id: a, type: aggregate, outputs: { x: 1 } }]
`,
};
