/** A rule that gives the offset from UTC at an instant. */
export interface Zone {
  /** As Go's Location.String. */
  readonly name: string;
  /** The offset in seconds east of UTC and its abbreviation, at a Unix time in seconds. */
  at(seconds: number): { readonly offset: number; readonly abbreviation: string };
}

export const UTC: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

/** An empty abbreviation is shown as an offset. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  const always = { offset, abbreviation };
  return { name: abbreviation, at: () => always };
}

/** Standard and summer abbreviations; zones that are not listed have numbers only, as in the time zone database. */
const ABBREVIATIONS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^America\/(New_York|Detroit|Toronto|Montreal|Nassau|Kentucky\/.*|Indiana\/(?!Knox|Tell_City).*|Louisville|Indianapolis|Port-au-Prince|Grand_Turk|Iqaluit|Thunder_Bay|Nipigon|Fort_Wayne)$|^(US\/(Eastern|Michigan|East-Indiana)|EST5EDT|Canada\/Eastern)$/,
    'EST',
    'EDT',
  ],
  [/^America\/(Jamaica|Panama|Cancun|Cayman|Atikokan|Coral_Harbour)$|^(EST|Jamaica)$/, 'EST', 'EST'],
  [
    /^America\/(Chicago|Winnipeg|Menominee|Indiana\/(Knox|Tell_City)|North_Dakota\/.*|Matamoros|Mexico_City|Monterrey|Merida|Costa_Rica|Guatemala|El_Salvador|Managua|Tegucigalpa|Regina|Belize|Rainy_River|Resolute)$|^(US\/Central|CST6CDT|Canada\/Central)$/,
    'CST',
    'CDT',
  ],
  [
    /^America\/(Denver|Boise|Edmonton|Phoenix|Hermosillo|Mazatlan|Ciudad_Juarez|Yellowknife|Whitehorse|Dawson|Creston|Cambridge_Bay|Inuvik)$|^(US\/(Mountain|Arizona)|MST|MST7MDT|Canada\/Mountain)$/,
    'MST',
    'MDT',
  ],
  [/^America\/(Los_Angeles|Vancouver|Tijuana)$|^(US\/Pacific|PST8PDT|Canada\/Pacific)$/, 'PST', 'PDT'],
  [/^America\/(Anchorage|Juneau|Sitka|Nome|Yakutat|Metlakatla)$|^US\/Alaska$/, 'AKST', 'AKDT'],
  [/^America\/Adak$/, 'HST', 'HDT'],
  [/^Pacific\/(Honolulu|Johnston)$|^(HST|US\/Hawaii)$/, 'HST', 'HST'],
  [
    /^America\/(Halifax|Puerto_Rico|Santo_Domingo|Barbados|Martinique|Curacao|Port_of_Spain|Glace_Bay|Moncton|Goose_Bay|Thule)$|^(Atlantic\/Bermuda|Canada\/Atlantic)$/,
    'AST',
    'ADT',
  ],
  [/^America\/St_Johns$|^Canada\/Newfoundland$/, 'NST', 'NDT'],
  [/^America\/Havana$|^Cuba$/, 'CST', 'CDT'],
  [/^Europe\/(London|Belfast|Jersey|Guernsey|Isle_of_Man)$|^GB$/, 'GMT', 'BST'],
  [/^Europe\/Dublin$|^Eire$/, 'GMT', 'IST'],
  [/^Europe\/(Lisbon)$|^Atlantic\/(Madeira|Canary|Faroe|Faeroe)$|^(WET|Portugal)$/, 'WET', 'WEST'],
  [
    /^Europe\/(Athens|Helsinki|Kiev|Kyiv|Bucharest|Sofia|Riga|Tallinn|Vilnius|Chisinau|Mariehamn|Kaliningrad|Uzhgorod|Zaporozhye)$|^Asia\/(Beirut|Nicosia|Famagusta|Gaza|Hebron)$|^(EET|Africa\/(Cairo|Tripoli))$/,
    'EET',
    'EEST',
  ],
  [/^Europe\/(Moscow|Simferopol|Kirov|Volgograd)$|^W-SU$/, 'MSK', 'MSK'],
  [
    /^Europe\/(?!Istanbul|Minsk|Samara|Saratov|Ulyanovsk|Astrakhan)|^(CET|MET|Africa\/(Ceuta|Algiers|Tunis)|Arctic\/Longyearbyen)$/,
    'CET',
    'CEST',
  ],
  [/^Asia\/(Kolkata|Calcutta)$/, 'IST', 'IST'],
  [/^Asia\/(Jerusalem|Tel_Aviv)$|^Israel$/, 'IST', 'IDT'],
  [/^Asia\/Tokyo$|^Japan$/, 'JST', 'JST'],
  [/^Asia\/(Seoul|Pyongyang)$|^ROK$/, 'KST', 'KST'],
  [/^Asia\/(Shanghai|Taipei|Macau|Chongqing|Harbin)$|^PRC$/, 'CST', 'CDT'],
  [/^Asia\/Hong_Kong$|^Hongkong$/, 'HKT', 'HKST'],
  [/^Asia\/Karachi$/, 'PKT', 'PKST'],
  [/^Asia\/Manila$/, 'PST', 'PDT'],
  [/^Asia\/(Jakarta|Pontianak)$/, 'WIB', 'WIB'],
  [/^Asia\/Makassar$/, 'WITA', 'WITA'],
  [/^Asia\/Jayapura$/, 'WIT', 'WIT'],
  [
    /^Australia\/(Sydney|Melbourne|Brisbane|Hobart|Canberra|Lindeman|ACT|NSW|Victoria|Queensland|Tasmania)$|^Antarctica\/Macquarie$/,
    'AEST',
    'AEDT',
  ],
  [/^Australia\/(Adelaide|Darwin|Broken_Hill|South|North)$/, 'ACST', 'ACDT'],
  [/^Australia\/(Perth|West)$/, 'AWST', 'AWDT'],
  [/^Pacific\/Auckland$|^(NZ|Antarctica\/McMurdo)$/, 'NZST', 'NZDT'],
  [/^Pacific\/(Guam|Saipan)$/, 'ChST', 'ChST'],
  [/^Pacific\/(Pago_Pago|Midway)$/, 'SST', 'SST'],
  [/^Africa\/(Johannesburg|Maseru|Mbabane)$/, 'SAST', 'SAST'],
  [/^Africa\/(Nairobi|Addis_Ababa|Kampala|Dar_es_Salaam|Djibouti|Mogadishu|Asmara)$/, 'EAT', 'EAT'],
  [
    /^Africa\/(Lagos|Kinshasa|Luanda|Douala|Libreville|Niamey|Ndjamena|Malabo|Brazzaville|Bangui|Porto-Novo)$/,
    'WAT',
    'WAT',
  ],
  [
    /^Africa\/(Maputo|Harare|Lusaka|Kigali|Lubumbashi|Blantyre|Bujumbura|Gaborone|Windhoek|Khartoum|Juba)$/,
    'CAT',
    'CAT',
  ],
  [
    /^Africa\/(Abidjan|Accra|Dakar|Bamako|Banjul|Conakry|Freetown|Lome|Monrovia|Nouakchott|Ouagadougou|Bissau|Sao_Tome)$|^(Atlantic\/(Reykjavik|St_Helena)|GMT|Greenwich|Iceland|Etc\/(GMT|Greenwich))$/,
    'GMT',
    'GMT',
  ],
  [/^(Etc\/(UTC|UCT|Universal|Zulu)|UCT|Universal|Zulu)$/, 'UTC', 'UTC'],
];

const zones = new Map<string, Zone>();

/** A zone of the time zone database; undefined for an unknown name. */
export function namedZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC;
  const known = zones.get(name);
  if (known !== undefined) return known;
  // Go's names are those of files: no offsets, no other case.
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]+)*$/.test(name) || /^[A-Z_]+\/[A-Z_]+$/.test(name))
    return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: name });
  } catch {
    return undefined;
  }
  const zone = intlZone(name, format);
  if (zones.size < 1_000) zones.set(name, zone);
  return zone;
}

const FIELDS = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  era: 'short',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

function intlZone(name: string, format: Intl.DateTimeFormat): Zone {
  const offsetAt = (seconds: number): number => {
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) parts[type] = value;
    const field = (key: string): number => Number(parts[key]);
    const year = parts['era']?.startsWith('B') === true ? 1 - field('year') : field('year');
    const local = new Date(0);
    local.setUTCFullYear(year, field('month') - 1, field('day'));
    local.setUTCHours(field('hour'), field('minute'), field('second'));
    return local.getTime() / 1000 - seconds;
  };
  const names = ABBREVIATIONS.find(([pattern]) => pattern.test(name));
  return {
    name,
    at(seconds) {
      const offset = offsetAt(seconds);
      if (names === undefined) return { offset, abbreviation: numeric(offset) };
      if (names[1] === names[2]) return { offset, abbreviation: names[1] };
      return { offset, abbreviation: offset > standardOffset(offsetAt, seconds) ? names[2] : names[1] };
    },
  };
}

/** The smaller offset of half a year around: the one without summer time. */
function standardOffset(offsetAt: (seconds: number) => number, seconds: number): number {
  const quarter = 7_889_400;
  return Math.min(
    offsetAt(seconds),
    offsetAt(seconds - 2 * quarter),
    offsetAt(seconds + 2 * quarter),
    offsetAt(seconds - quarter),
    offsetAt(seconds + quarter),
  );
}

function numeric(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${rest}`;
}
