interface Reminder {
  approver: string;
  title: string;
  sent: string;
}

/** A mail or a chat message in real life. */
export function sendReminder({ approver, title, sent }: Reminder) {
  const number = Number(sent) + 1;
  return { number, text: `Reminder ${number} to ${approver}: ${title} waits for your approval` };
}
