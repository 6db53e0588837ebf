export function writeWelcome({ name, account }: { name: string; account: string }) {
  return { subject: `Welcome, ${name}`, text: `Your account ${account} is ready.` };
}
