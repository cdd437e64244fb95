/** The texts of the element in Arabic. */
import type { Words } from '../english.ts';

const plurals = new Intl.PluralRules('ar');

/** A count of times, with the form of the noun that its number takes. */
function times(count: number): string {
  switch (plurals.select(count)) {
    case 'zero':
      return 'لا مواعيد';
    case 'one':
      return 'موعد واحد';
    case 'two':
      return 'موعدان';
    case 'few':
      return `${count} مواعيد`;
    case 'many':
      return `${count} موعدًا`;
    default:
      return `${count} موعد`;
  }
}

export const ar: Words = {
  chooseDate: 'اختر تاريخًا',
  previousMonth: 'الشهر السابق',
  nextMonth: 'الشهر التالي',
  noTimes: 'لا مواعيد',
  times,
  timesOn: (day) => `المواعيد يوم ${day}`,
  noTimesOn: (day) => `لا مواعيد يوم ${day}. اختر تاريخًا آخر.`,
  noTimesIn: (month) => `لا مواعيد في ${month}.`,
  nextTimes: 'أظهر أقرب تاريخ فيه مواعيد',
  noTimesUntil: (month) => `لا مواعيد حتى نهاية ${month}.`,
  loading: 'جارٍ تحميل المواعيد…',
  morning: 'صباحًا',
  afternoon: 'بعد الظهر',
  evening: 'مساءً',
  timezone: 'المنطقة الزمنية',
  noZones: 'لم يُعثر على منطقة زمنية. ابحث عن مدينة كبيرة.',
  clock12: 'نظام 12 ساعة',
  clock24: 'نظام 24 ساعة',
  chosen: 'لقد اخترت',
  details: 'بياناتك',
  heldFor: (minutes) => `محجوز لك لمدة ${minutes}`,
  holdEnds: 'سيبقى الموعد محجوزًا لك دقيقة واحدة أخرى.',
  holdOver: 'انتهت مدة الحجز المؤقت. ما زال بإمكانك التأكيد ما لم يحجز شخص آخر هذا الموعد.',
  name: 'الاسم',
  email: 'البريد الإلكتروني',
  note: 'هل من ملاحظات؟ (اختياري)',
  confirm: 'تأكيد',
  back: 'اختر موعدًا آخر',
  booked: 'تم تأكيد حجزك',
  moved: 'تم نقل حجزك',
  yourBooking: 'حجزك',
  length: 'المدة',
  host: 'مع',
  calendarFile: 'أضف إلى التقويم',
  move: 'نقل الحجز',
  moving: (when) => `اختر موعدًا جديدًا. وحتى ذلك الحين يبقى حجزك قائمًا: ${when}.`,
  moveSure: 'هل تريد نقل حجزك؟',
  moveFrom: 'من',
  moveTo: 'إلى',
  moveYes: 'نعم، انقله',
  keep: 'أبقِ الحجز',
  cancel: 'إلغاء الحجز',
  cancelSure: 'هل تريد إلغاء هذا الحجز؟',
  cancelYes: 'نعم، ألغِه',
  cancelled: 'أُلغي حجزك',
  again: 'احجز موعدًا آخر',
  retry: 'حاول مرة أخرى',
  taken: 'حجز شخص آخر هذا الموعد للتو. اختر موعدًا آخر.',
  unavailable: 'لم يعد هذا الموعد متاحًا. اختر موعدًا آخر.',
  offline: 'لا يوجد اتصال. حاول مرة أخرى عندما تعود متصلًا.',
  unreachable: 'يتعذر الوصول إلى خدمة الحجز. حاول مرة أخرى بعد قليل.',
  signIn: 'سجّل الدخول مرة أخرى للحجز.',
  denied: 'ليست لديك صلاحية للقيام بذلك.',
  unknown: 'لم تعد هذه الخدمة أو هذا الحجز موجودًا.',
  misconfigured: 'الحجز غير مُعدّ على نحو صحيح في هذه الصفحة. يُرجى التواصل معنا بطريقة أخرى.',
  tooMany: 'طلبات كثيرة جدًا. انتظر دقيقة ثم حاول مرة أخرى.',
  failed: 'حدث خطأ من جانبنا. حاول مرة أخرى بعد قليل.',
};
