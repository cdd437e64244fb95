/** What the samples of the guides take for granted: the names that another sample, or the reader's own code, defines. */

export const prelude = `import type * as sdk from '@nettu/scheduler-sdk';

declare global {
  const NettuClient: typeof sdk.NettuClient;
  const unwrap: typeof sdk.unwrap;
  /** A backend with the API key, and a page with a token. */
  const backend: sdk.NettuClient;
  const client: sdk.NettuUserClient;

  const accountId: string;
  const userId: string;
  const calendarId: string;
  const eventId: string;
  const serviceId: string;
  const bookingId: string;
  const deliveryId: string;
  const oldKid: string;
  const oldApiKeyId: string;
  const token: string;
  const startTs: number;
  const duration: number;
  const week: sdk.Timespan;
  const user: sdk.User;
  const calendar: sdk.Calendar;
  const schedule: sdk.Schedule;
  const service: sdk.Service;

  const PRIVATE_KEY_PEM: string;
  const PUBLIC_KEY_PEM: string;
  const NEW_PUBLIC_PEM: string;
  const WEBHOOK_SECRET: string;
  function remind(event: sdk.CalendarEvent, instance: sdk.Timespan): void;
  function welcome(booking: sdk.Booking): void;
}
`;

/** As much of Express as a receiver of webhooks needs. */
export const types = `declare module 'express' {
  interface Req {
    body: Uint8Array;
    headers: Record<string, string | string[] | undefined>;
  }
  interface Res {
    sendStatus(status: number): void;
  }
  interface App {
    post(path: string, parser: object, handler: (req: Req, res: Res) => void): void;
    listen(port: number): void;
  }
  const express: { (): App; raw(options: object): object };
  export default express;
}
`;
