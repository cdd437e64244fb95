/** A week of a user's calendar in FullCalendar. Each change goes from the browser to the Worker. */
import { Calendar, type EventApi } from '@fullcalendar/core';
import dayGridPlugin from '@fullcalendar/daygrid';
import interactionPlugin from '@fullcalendar/interaction';
import luxonPlugin from '@fullcalendar/luxon3';
import timeGridPlugin from '@fullcalendar/timegrid';
import { unwrap } from '@nettu/scheduler-sdk';
import { html, nothing, render } from 'lit';
import { changesOf } from './clock.ts';
import { type Change, type Shown, toShown, write } from './event-changes.ts';
import { chooseWhich, editEvent } from './event-dialog.ts';
import { exchange } from './exchange.ts';
import { optionsView } from './options.ts';
import { requestLog } from './request-log.ts';
import { clientOf, hosts } from './session.ts';
import { daysBetween, isWhole, type When, whenOf } from './when.ts';

const PANEL = 'calendar';
const ZONES = ['America/New_York', 'Europe/Oslo', 'Asia/Kathmandu', 'Asia/Tokyo'];
const NARROW = matchMedia('(max-width: 40rem)');
const HOUR_MS = 3_600_000;
const HINT =
  'Drag over free time to create an event, or over the top row for whole days. Drag an event to move it, from the row or into it too, or its edge to resize it. Select an event to edit or delete it.';

export function calendarPanel(section: HTMLElement): () => void {
  const owners = hosts();
  let owner = owners[0];
  /** The time zone of the calendar. The Worker expands recurring events in it. */
  let calendarZone = '';
  /** Why the latest change failed, until the next one; and why the latest load did, until one succeeds. */
  let problem = '';
  let loadProblem = '';
  const bar = document.createElement('div');
  bar.className = 'toolbar';
  const container = document.createElement('div');
  container.className = 'calendar';
  const settings = document.createElement('div');
  settings.className = 'toolbar';
  const hint = document.createElement('p');
  hint.className = 'muted';
  hint.textContent = HINT;
  const stage = document.createElement('div');
  section.append(stage, requestLog(PANEL));
  const client = () => clientOf(PANEL, owner?.id ?? '');
  const calendarId = () => owner?.calendarId ?? '';
  const sharing = exchange({ client, calendarId, onImport: () => calendar.refetchEvents() });
  /** On a phone the calendar comes first. */
  const arrange = () =>
    stage.replaceChildren(
      ...(NARROW.matches
        ? [bar, container, hint, settings, sharing.element]
        : [bar, settings, container, hint, sharing.element]),
    );
  arrange();
  NARROW.addEventListener('change', arrange);

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
    allDayText: 'Days',
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
    datesSet: () => {
      problem = '';
      draw();
    },
    events: async ({ start, end }: { start: Date; end: Date }) => {
      const window = { startTs: start.valueOf(), endTs: end.valueOf() };
      const { calendar: stored, events } = await unwrap(client().calendar.getEvents(calendarId(), window));
      if (loadProblem) {
        loadProblem = '';
        draw();
      }
      if (calendarZone !== stored.settings.timezone) {
        const first = !calendarZone;
        calendarZone = stored.settings.timezone;
        if (first && zone() !== calendarZone) calendar.setOption('timeZone', calendarZone);
        draw();
      }
      return events.flatMap(toShown);
    },
    eventSourceFailure: ({ message }) => {
      loadProblem = message;
      draw();
    },
    select: async (selected) => {
      await create(spanAt(selected));
      calendar.unselect();
    },
    eventClick: async ({ event }) => {
      const shown = event.extendedProps as Shown;
      const when = whenOf(shown.instance);
      const edit = await editEvent({ ...zonesOf(), when, shown });
      if (!edit) return;
      const which = await (edit.kind === 'save'
        ? whichOf(shown, 'Save', edit.when)
        : whichOf(shown, 'Delete', when));
      if (which) await change({ ...edit, which, shown });
    },
    eventDrop: ({ event, revert }) => {
      const shown = event.extendedProps as Shown;
      const was = whenOf(shown.instance);
      const to = spanAt(event);
      // It lasts as long as before, over a change of clocks too.
      return place(
        'Move',
        shown,
        isWhole(was) === isWhole(to) ? ({ ...was, ...startOf(to) } as When) : to,
        revert,
      );
    },
    eventResize: ({ event, revert }) => place('Resize', event.extendedProps as Shown, spanAt(event), revert),
  });
  const place = async (verb: string, shown: Shown, when: When, revert: () => void) => {
    const which = await whichOf(shown, verb, when);
    if (which) await change({ kind: 'move', which, when, shown }, revert);
    else revert();
  };
  const whichOf = async ({ event, instance }: Shown, verb: string, to: When) =>
    event.recurrence ? chooseWhich(verb, isWhole(to) !== isWhole(whenOf(instance))) : ('series' as const);
  const zone = () => (calendar.getOption('timeZone') as string) || 'UTC';

  const zonesOf = () => ({ zone: zone(), calendarZone, zones: ZONES });

  async function create(when: When): Promise<void> {
    const edit = await editEvent({ ...zonesOf(), when });
    if (edit?.kind === 'save') await change({ ...edit, kind: 'create', calendarId: calendarId() });
  }

  /** Creates an event without dragging, at the next full hour of the date that the calendar shows. */
  const createByKey = () => {
    const shown = calendar.getDate().valueOf();
    const hour = Math.ceil(Math.max(shown, Date.now()) / HOUR_MS) * HOUR_MS;
    return create({ startTs: hour, duration: HOUR_MS });
  };

  const step = (go: () => void) => () => go();
  addEventListener('online', () => calendar.refetchEvents());
  const changeZone = (event: Event) => {
    const timezone = (event.target as HTMLSelectElement).value;
    void attempt(() => unwrap(client().calendar.update(calendarId(), { timezone })));
  };

  function draw(): void {
    render(headView(), bar);
    render(settingsView(), settings);
  }

  const dismiss = () => {
    problem = '';
    loadProblem = '';
    draw();
  };

  const headView = () => html`
    <div class="row">
      <h2>${calendar.view?.title}</h2>
      <span class="group">
        <button type="button" aria-label="Earlier" @click=${step(() => calendar.prev())}>‹</button>
        <button type="button" @click=${step(() => calendar.today())}>Today</button>
        <button type="button" aria-label="Later" @click=${step(() => calendar.next())}>›</button>
      </span>
      <button type="button" class="primary" @click=${createByKey}>New event</button>
    </div>
    ${
      problem || loadProblem
        ? html`<p class="problem" role="alert">
          ${problem || loadProblem}
          <button type="button" @click=${dismiss}>Dismiss</button>
        </p>`
        : nothing
    }
  `;

  function settingsView() {
    const zones = [...new Set([...ZONES, calendarZone || 'UTC'])];
    return html`
      <div class="row">
        <label>
          Calendar of
          <select @change=${(event: Event) => {
            owner = owners.find(({ id }) => id === (event.target as HTMLSelectElement).value);
            calendarZone = '';
            sharing.reset();
            calendar.refetchEvents();
          }}>
            ${optionsView(
              owners.map(({ id, name }) => [id, name]),
              owner?.id ?? '',
            )}
          </select>
        </label>
        <label>
          Its time zone
          <select @change=${changeZone}>
            ${optionsView(
              zones.map((name) => [name, name]),
              calendarZone,
            )}
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
        ${changesOf(calendarZone || 'UTC', Date.now()).map(
          ({ at, forward }) =>
            html`<button type="button" @click=${step(() => calendar.gotoDate(at))}>
              ${forward ? 'Clocks go forward' : 'Clocks go back'}
            </button>`,
        )}
      </div>
    `;
  }

  calendar.render();
  draw();
  return () => calendar.updateSize();
}

/** Where FullCalendar has an event or a selection. One that has just come from the row has no end. */
function spanAt({
  allDay,
  start,
  end,
  startStr,
  endStr,
}: Pick<EventApi, 'allDay' | 'start' | 'end' | 'startStr' | 'endStr'>): When {
  if (allDay) return { date: startStr, days: endStr ? daysBetween(startStr, endStr) : 1 };
  const startTs = start?.valueOf() ?? 0;
  return { startTs, duration: end ? end.valueOf() - startTs : HOUR_MS };
}

const startOf = (when: When) => (isWhole(when) ? { date: when.date } : { startTs: when.startTs });
