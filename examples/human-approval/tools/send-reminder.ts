interface Reminder {
  approver: string;
  title: string;
  sent: number;
}

/** A mail or a chat message in real life. */
export function sendReminder({ approver, title, sent }: Reminder) {
  const number = sent + 1;
  return { number, text: `Reminder ${number} to ${approver}: ${title} waits for your approval` };
}
