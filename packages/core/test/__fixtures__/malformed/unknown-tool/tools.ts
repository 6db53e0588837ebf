// the tools
const store = () => 1;
export default { store, 'send-mail': async () => ({}), async format(_input: { text: string }) { return { a: `x` }; } };
