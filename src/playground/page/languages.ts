/** The languages that the booking panel shows, with the element's words in them. */
import { english, type Words } from '@nettu/scheduler-elements';
import { ar } from '@nettu/scheduler-elements/words/ar';
import { de } from '@nettu/scheduler-elements/words/de';
import { es } from '@nettu/scheduler-elements/words/es';
import { fr } from '@nettu/scheduler-elements/words/fr';
import { ja } from '@nettu/scheduler-elements/words/ja';
import { nb } from '@nettu/scheduler-elements/words/nb';

export const languages: Record<string, { name: string; words: Words }> = {
  en: { name: 'English', words: english },
  nb: { name: 'Norsk', words: nb },
  ar: { name: 'العربية', words: ar },
  de: { name: 'Deutsch', words: de },
  es: { name: 'Español', words: es },
  fr: { name: 'Français', words: fr },
  ja: { name: '日本語', words: ja },
};
