/** A week of a user's calendar in FullCalendar. Each change goes from the browser to the Worker. */
import { Calendar } from '@fullcalendar/core';
import dayGridPlugin from '@fullcalendar/daygrid';
import interactionPlugin from '@fullcalendar/interaction';
import luxonPlugin from '@fullcalendar/luxon3';
import timeGridPlugin from '@fullcalendar/timegrid';
import { unwrap } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';
import { changesOf } from './clock.ts';
import { type Change, type Shown, toShown, write } from './event-changes.ts';
import { chooseInstanceOrSeries, editEvent } from './event-dialog.ts';
import { requestLog } from './request-log.ts';
import { clientOf, hosts } from './session.ts';

const PANEL = 'calendar';
const ZONES = ['America/New_York', 'Europe/Oslo', 'Asia/Kathmandu', 'Asia/Tokyo'];
const NARROW = matchMedia('(max-width: 40rem)');
const HOUR_MS = 3_600_000;

export function calendarPanel(section: HTMLElement): () => void {
  const owners = hosts();
  let owner = owners[0];
  /** The time zone of the calendar. The Worker expands recurring events in it. */
  let calendarZone = '';
  let problem = '';
  const bar = document.createElement('div');
  bar.className = 'toolbar';
  const container = document.createElement('div');
  container.className = 'calendar';
  const stage = document.createElement('div');
  stage.append(bar, container);
  section.append(stage, requestLog(PANEL));

  const client = () => clientOf(PANEL, owner?.id ?? '');
  const calendarId = () => owner?.calendarId ?? '';
  const attempt = async (work: () => Promise<unknown>, revert?: () => void) => {
    problem = '';
    container.ariaBusy = 'true';
    try {
      await work();
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      revert?.();
    }
    calendar.refetchEvents();
    draw();
  };
  const change = (wanted: Change, revert?: () => void) => attempt(() => write(client(), wanted), revert);

  const calendar = new Calendar(container, {
    plugins: [timeGridPlugin, dayGridPlugin, interactionPlugin, luxonPlugin],
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    initialView: NARROW.matches ? 'timeGridThreeDay' : 'timeGridWeek',
    views: { timeGridThreeDay: { type: 'timeGrid', duration: { days: 3 } } },
    headerToolbar: false,
    allDaySlot: false,
    firstDay: 1,
    height: NARROW.matches ? '34rem' : '42rem',
    scrollTime: '07:30',
    slotLabelFormat: { hour: '2-digit', minute: '2-digit', hour12: false },
    eventTimeFormat: { hour: '2-digit', minute: '2-digit', hour12: false },
    dayHeaderFormat: { weekday: 'short', day: 'numeric' },
    nowIndicator: true,
    editable: true,
    selectable: true,
    selectMirror: true,
    eventInteractive: true,
    longPressDelay: 350,
    eventContent: ({ event, timeText }) => {
      const title = document.createElement('strong');
      title.textContent = event.title;
      const time = document.createElement('span');
      time.textContent = timeText;
      return { domNodes: [title, time] };
    },
    loading: (loading) => {
      container.ariaBusy = String(loading);
    },
    datesSet: () => draw(),
    events: async ({ start, end }: { start: Date; end: Date }) => {
      const window = { startTs: start.valueOf(), endTs: end.valueOf() };
      const { calendar: stored, events } = await unwrap(client().calendar.getEvents(calendarId(), window));
      if (calendarZone !== stored.settings.timezone) {
        const first = !calendarZone;
        calendarZone = stored.settings.timezone;
        if (first && zone() !== calendarZone) calendar.setOption('timeZone', calendarZone);
        draw();
      }
      return events.flatMap(toShown);
    },
    eventSourceFailure: ({ message }) => {
      problem = message;
      draw();
    },
    select: async ({ start, end }) => {
      await create(start.valueOf(), end.valueOf() - start.valueOf());
      calendar.unselect();
    },
    eventClick: async ({ event }) => {
      const shown = event.extendedProps as Shown;
      const edit = await editEvent({ zone: zone(), shown });
      if (edit) await change({ ...edit, shown });
    },
    eventDrop: async ({ event, oldEvent, revert }) => {
      const shown = event.extendedProps as Shown;
      const by = (event.start?.valueOf() ?? 0) - (oldEvent.start?.valueOf() ?? 0);
      const which = shown.event.recurrence ? await chooseInstanceOrSeries('Move') : 'series';
      if (which) await change({ kind: 'move', which, by, shown }, revert);
      else revert();
    },
    eventResize: ({ event, revert }) => {
      const shown = event.extendedProps as Shown;
      const duration = (event.end?.valueOf() ?? 0) - (event.start?.valueOf() ?? 0);
      void change({ kind: 'resize', duration, shown }, revert);
    },
  });
  const zone = () => (calendar.getOption('timeZone') as string) || 'UTC';

  async function create(startTs: number, duration: number): Promise<void> {
    const edit = await editEvent({ zone: zone(), startTs, duration });
    if (edit?.kind === 'save') await change({ ...edit, kind: 'create', calendarId: calendarId() });
  }

  /** Creates an event without dragging, at the next full hour of the date that the calendar shows. */
  const createByKey = () => {
    const shown = calendar.getDate().valueOf();
    const hour = Math.ceil(Math.max(shown, Date.now()) / HOUR_MS) * HOUR_MS;
    return create(hour, HOUR_MS);
  };

  const step = (go: () => void) => () => go();
  const changeZone = (event: Event) => {
    const timezone = (event.target as HTMLSelectElement).value;
    void attempt(() => unwrap(client().calendar.update(calendarId(), { timezone })));
  };

  function draw(): void {
    const change = changesOf(calendarZone || 'UTC', Date.now());
    const zones = [...new Set([calendarZone || 'UTC', ...ZONES])];
    render(
      html`
        <div class="row">
          <h2>${calendar.view?.title}</h2>
          <span class="group">
            <button type="button" aria-label="Earlier" @click=${step(() => calendar.prev())}>‹</button>
            <button type="button" @click=${step(() => calendar.today())}>Today</button>
            <button type="button" aria-label="Later" @click=${step(() => calendar.next())}>›</button>
          </span>
          ${change.map(
            ({ at, forward }) =>
              html`<button type="button" @click=${step(() => calendar.gotoDate(at))}>
                ${forward ? 'Clocks go forward' : 'Clocks go back'}
              </button>`,
          )}
          <button type="button" class="primary" @click=${createByKey}>New event</button>
        </div>
        <div class="row">
          <label>
            Calendar of
            <select @change=${(event: Event) => {
              owner = owners.find(({ id }) => id === (event.target as HTMLSelectElement).value);
              calendarZone = '';
              calendar.refetchEvents();
            }}>
              ${owners.map(({ id, name }) => html`<option value=${id} ?selected=${id === owner?.id}>${name}</option>`)}
            </select>
          </label>
          <label>
            Its time zone
            <select @change=${changeZone}>
              ${zones.map((name) => html`<option ?selected=${name === calendarZone}>${name}</option>`)}
            </select>
          </label>
          <span class="group" role="group" aria-label="Show times in">
            ${zones.map(
              (name) =>
                html`<button type="button" aria-pressed=${name === zone()} @click=${step(() => {
                  calendar.setOption('timeZone', name);
                  draw();
                })}>${name.split('/').at(-1)?.replace('_', ' ')}</button>`,
            )}
          </span>
        </div>
        ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
        <p class="muted hint">
          Drag over free time to create an event. Drag an event to move it, or its lower edge to resize it. Select an event to edit or delete it.
        </p>
      `,
      bar,
    );
  }

  calendar.render();
  draw();
  return () => calendar.updateSize();
}
