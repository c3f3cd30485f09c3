/** Calendar arithmetic of its own, for certificates' times: the core does not touch `Date`. */

const dayMs = 86_400_000
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5).
 * @returns milliseconds since 1970, or undefined for any other form, and for dates and times that do not exist.
 */
export function readTimeDigits(
  bytes: Uint8Array,
  start: number,
  end: number,
  yearDigits: 2 | 4,
): number | undefined {
  if (end - start !== yearDigits + 11 || bytes[end - 1] !== 0x5a) return undefined
  for (let at = start; at < end - 1; at++) {
    const octet = bytes[at] ?? 0
    if (octet < 0x30 || octet > 0x39) return undefined
  }
  const two = (at: number): number => ((bytes[at] ?? 0) - 0x30) * 10 + (bytes[at + 1] ?? 0) - 0x30
  const rest = start + yearDigits
  const year = yearDigits === 4 ? two(start) * 100 + two(start + 2) : pivot(two(start))
  const month = two(rest)
  const day = two(rest + 2)
  const hour = two(rest + 4)
  const minute = two(rest + 6)
  const second = two(rest + 8)
  if (month < 1 || month > 12 || day < 1 || day > lengthOfMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return daysFromCivil(year, month, day) * dayMs + (hour * 3600 + minute * 60 + second) * 1000
}

// RFC 5280 4.1.2.5.1
const pivot = (twoDigits: number): number => (twoDigits >= 50 ? 1900 : 2000) + twoDigits

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const lengthOfMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (daysInMonth[month - 1] ?? 0)

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Years that start in March put the leap day last, so that a month's offset does not depend on the year.
  const shifted = month > 2 ? year : year - 1
  const monthFromMarch = (month + 9) % 12
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400)
  return shifted * 365 + leapDays + dayOfYear - 719_468
}

/** The date of a day counted from 1970-01-01. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}
