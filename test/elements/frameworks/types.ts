/** The types of Vue's and Svelte's templates, and of the events in the DOM. Each wrong line must be an error. */

import type { NettuBooking } from '@nettu/scheduler-elements';
import type {} from '@nettu/scheduler-elements/svelte';
import type {} from '@nettu/scheduler-elements/vue';
import type { SvelteHTMLElements } from 'svelte/elements';
import type { GlobalComponents } from 'vue';

type VueProps = InstanceType<GlobalComponents['nettu-booking']>['$props'];

export const vue: VueProps = {
  account: 'account',
  duration: 30,
  class: 'booking',
  token: () => 'token',
  onSlotSelected: ({ detail }) => detail.userIds.map((id) => id.toUpperCase()),
  onError: ({ detail }) => console.error(detail.error.message),
};

export const svelte: SvelteHTMLElements['nettu-booking'] = {
  account: 'account',
  duration: '30',
  token: () => 'token',
  'on:slot-selected': ({ detail }) => detail.userIds.map((id) => id.toUpperCase()),
  'onbooking-moved': ({ detail }) => console.log(detail.booking.startTs),
};

// @ts-expect-error: there is no such attribute.
export const misspeltInVue: VueProps = { acount: 'account' };
// @ts-expect-error: there is no such event.
export const misspeltInSvelte: SvelteHTMLElements['nettu-booking'] = { 'on:slot-chosen': () => {} };

export function inTheDom(page: Document, element: NettuBooking): void {
  page.querySelector('nettu-booking')?.booked();
  element.addEventListener('slot-selected', ({ detail }) => detail.timezone.toUpperCase());
  element.addEventListener('click', (event) => event.preventDefault());
  // @ts-expect-error: the detail of this event has no slot.
  element.addEventListener('booking-moved', ({ detail }) => detail.userIds);
}
