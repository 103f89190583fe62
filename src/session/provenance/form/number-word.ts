// What the words around a run of digits say that it is: a number to call, an account, or the number of an order, a case, a customer.

import { plain } from '../../../text/plain.ts'

/** The words as they are, and without accents and look-alikes, as texts are read once more. */
function also(words: readonly string[]): string {
  const all = words.join('|')
  return `${all}|${plain(all).replaceAll('\\p{l}', '\\p{L}')}`
}

const calls = [
  'call(?:ing)?|bizum|blik|swish|vipps|twint|momo|ring|dial|(?:tele)?phone|tel|mobile|cell|cellular|fax|sms|text|whatsapp|signal|hotline|landline',
  String.raw`rufen?|anrufen|(?:ruf|telefon|handy|mobil)\p{L}{0,8}|durchwahl|t[ée]l[ée]phonez?|appel\p{L}{0,4}|portable`,
  String.raw`tel[ée]fono|telefone|m[óo]vil|llam\p{L}{0,4}|celular|chiam\p{L}{0,4}|cellulare|ligue|bel(?:len)?|ringa?|(?:za)?dzwo\p{L}{0,4}`,
  String.raw`ara(?:yın|y[ıi]n[ıi]z)|тел|(?:за)?телефон\p{L}{0,6}|(?:по)?дзвон\p{L}{0,5}`,
  String.raw`τηλ|τηλ[έε]φων\p{L}{0,3}|τηλεφων\p{L}{1,6}|κιν|κινητ[όο]|φαξ|καλ[έε](?:σ|[ίι])τε|soit\p{L}{1,6}|puh|puhelin\p{L}{0,8}|matkapuh\p{L}{0,10}|kännyk\p{L}{1,6}|gsm|tlf|tfn`,
  String.raw`(?:za)?vol(?:ej|at|aj)\p{L}{0,3}|(?:na|po)?zovite|pokličite|(?:по)?звон\p{L}{1,5}|обадете|позов\p{L}{1,4}|h[íi]v(?:j\p{L}{1,4}|hat\p{L}{1,3})|suna[țţt]i|apela[țţt]i|skambin\p{L}{1,5}|zvan(?:iet|[īi]t)|helista\p{L}{0,3}`,
  'điện thoại|s?đt|gọi (?:số|đến|tới|ngay|cho)',
].join('|')
const accounts = String.raw`(?:s[ốo] )?t[àa]i kho[ảa]n|(?:s[ốo] ?|s)tk|banksz[áa]ml[áa]\p{L}{0,4}|accounts?|acct|a\/c|sort code|routing|iban|konto\p{L}{0,6}|kto|blz|compte|cuenta|ctas?|conto|conta|c\/c|konta|nrb|(?:nr|numer|na) rachun\p{L}{0,4}|rachunek bankowy|hesap\p{L}{0,6}|(?:bank)?sz[áa]mlasz[áa]m\p{L}{0,4}|[úu]čt?\p{L}{0,3}|(?:номер|на|расч[её]тный) сч[её]т\p{L}{0,2}|(?:номер|на) рахун\p{L}{0,4}|р\/[ср]|\p{L}{0,8}口座(?:番号)?|\p{L}{0,4}(?:账号|帳號)|계좌\p{L}{0,4}|rekening\p{L}{0,6}|(?:bank|plus)giro|clabe`

const otherAccounts = String.raw`λογαριασμ\p{L}{1,3}|αρ\.? ?λογ|č\.?\s?ú|tili(?:n|lle|ltä|numero\p{L}{0,3}|nro)?|\p{L}{0,6}은행\p{L}{0,2}|contul|cont bancar|сметк\p{L}{1,2}|žiro\p{L}{0,4}|(?:broj|na) ra[čc]una?|trr`

/** In small letters: a word right before, or with a few others between, none of which says that it is about something else. */
function announcedBy(words: string, otherwise: string, between: string): RegExp {
  return new RegExp(
    String.raw`(?:(?<!\p{L})(?:${words})(?!\p{L})|[☎📞📱]|電話|电话|전화|연락처|휴대폰|핸드폰|고객센터)(?![^\d\n]{0,48}(?:${otherwise}))(?:${between})$`,
    'u',
  )
}

const few = String.raw`[^\d\n]{0,24}`
const saidSo = announcedBy(
  `${calls}|${accounts}|${otherAccounts}`,
  String.raw`order|invoice|article|item|model|about|ref|re\b`,
  few,
)
const account = announcedBy(
  `${accounts}|${otherAccounts}`,
  String.raw`order|invoice|article|item|model|about|ref|re\b`,
  few,
)
const called = announcedBy(
  calls,
  String.raw`\b(?:about|regarding|concerning|re|with|quoting|wegen|mit|zum?|betreffend|avec|pour|con|per|su|sobre|com|over|om)\b`,
  String.raw`${few}|[^\d\n.!?]{0,48}`,
)

/** What has a number of its own: orders, invoices, contracts, cases, papers. */
const things = also([
  'orders?|invoices?|contracts?(?: notes?)?|cases?|tickets?|claims?|bookings?|reservations?|confirmations?|transactions?|tracking|shipments?',
  'polic(?:y|en?)|receipts?|references?|refs?|articles?|items?|products?|serial|model|part|file|documents?|dossier|depot|portfolio|isin|cusip',
  'sedol|wkn|valor|ean|gtin|upc|isbn|sku|vat|uid|id|aufträge|fall|akten?|belege?|bestell|kenmerk|zaak|faktur[ay]|ärende|avtal|sag|umow[ay]|spraw[ay]',
  '(?:auftrag|bestellung|(?:ab)?rechnung|vertrag|beleg|vorgang|akte|(?:zahlungs|mandats)?referenz|buchung|reservierung|sendung|lieferung)(?:s|e?n)?',
  String.raw`(?:lieferschein|transaktion|valoren|artikel|serie)(?:s|e?n)?|(?:akten|geschäfts|kassen)zeichen|az|art(?=\.)`,
  'commandes?|factures?|contrat|référence|billet|réservation|colis|avis|ordin[ei]|fattur[ae]|contratto|pratica|riferimento|rif|bigliett[oi]',
  'prenotazione|polizza|spedizione|operazione|pedidos?|orden|facturas?|contrato|expediente|referencia|billete|reserva|póliza|envío|caso',
  'encomenda|faturas?|processo|referência|bilhete|apólice|bestelling|bestel|factuur|beställning|bestilling|ordre|referens|zamówieni[ea]|polis[ay]?',
  'seals?|containers?|lots?|batch|permits?|declarations?|(?:way|air)bill|[bl]/[lc]|d/o|[mh]bl|cmr|awb|mrn|imo|eori|d-u-n-s|duns|sire[nt]|iva|tva|ni[fp]|cif|cnpj|krs|regon|vkn|kvk|kbo|bce|cvr',
  'plomb[ay]|kontener(?:a|y|ów)?|parti[ai]|zleceni[ea]|awizacj[aię]|zgłoszeni[ea](?: celne(?:go)?)?|konosament[yu]?|zegel|opdracht|aangifte|[a-z]{0,14}referentie|lacre|declaração',
  'mühür|rezervasyon|beyannamesi?|konşimento|makbuzu?|(?:封印|注文|お客様|予約|伝票|追跡|契約|請求書|受付|管理|商品|コンテナ)番号',
  'sipariş|sözleşme|poliçe|замовлення|договір|договору|накладна|накладної|справ[аи]|поліс',
])
/** The same in other languages, in their cases. */
const otherThings = also([
  String.raw`παραγγελ[ίι]\p{L}{1,3}|τιμολ[όο]γι\p{L}{1,2}|α\.?φ\.?μ|συμβ[όο]λαι\p{L}{1,2}|σ[ύυ]μβασ\p{L}{1,3}|κρ[άα]τησ\p{L}{1,3}|αποστολ\p{L}{1,3}|υπ[όο]θεσ\p{L}{1,3}|φ[άα]κελ\p{L}{1,3}|πρωτ(?:οκ[όο]λλου)?|απ[όο]δε[ίι]ξ\p{L}{1,3}`,
  String.raw`objedn[áa]v\p{L}{1,3}|obj|fakt[uú]r\p{L}{1,3}|(?:sm|zm)l[uo]u?v\p{L}{1,3}|z[áa]si(?:l|el)k\p{L}{1,3}|rezerv[áa]c\p{L}{1,3}|spis\p{L}{0,2}|variabiln[íiý] symbol|vs|dič|ičo?|pojistk\p{L}{1,3}|reklam[áa]c\p{L}{1,3}|doklad\p{L}{0,2}`,
  String.raw`wnios\p{L}{1,3}|kolczyk\p{L}{0,3}|siedzib\p{L}{1,2} stada|rolnicz\p{L}{1,3}|producent\p{L}{0,2}|działk\p{L}{1,3}|paczk\p{L}{1,3}|przesyłk\p{L}{1,3}|nip|pesel`,
  String.raw`tilau\p{L}{1,12}|lasku\p{L}{0,9}|viite|viitteen|sopimu\p{L}{1,12}|varau\p{L}{1,12}|lähety\p{L}{1,12}|asianumero|diaari\p{L}{0,8}|tosite|kuitti|y-tunnus|bokning|levera?n(?:s|sen)|levering|forsendelse|sändning|kvitto|kvittering`,
  String.raw`rendel[ée]s\p{L}{0,6}|sz[áa]ml[áa](?:k|ja|t)?|sz[áa]ll[íi]t[óo]lev[ée]l\p{L}{0,6}|szerz[őo]d[ée]s\p{L}{0,6}|[üu]gysz[áa]m\p{L}{0,4}|ad[óo]sz[áa]m\p{L}{0,4}|f[üu]lsz[áa]m\p{L}{0,4}|foglal[áa]s\p{L}{0,6}|csomag\p{L}{0,6}|t[ée]telsz[áa]m\p{L}{0,4}|bizonylat\p{L}{0,6}`,
  String.raw`comand\p{L}{1,4}|factur\p{L}{1,4}|contract\p{L}{1,4}|colet\p{L}{0,3}|dosar\p{L}{0,4}|rezerv[ăa]r\p{L}{1,3}|aviz\p{L}{0,3}|cui|albar[áa]n(?:es)?|crotal(?:es)?|lotes?|remesa`,
  String.raw`narud[žz]b\p{L}{1,3}|ra[čc]un\p{L}{0,2}|ugovor\p{L}{0,2}|naro[čc]il\p{L}{1,2}|po[šs]iljk\p{L}{1,2}|pogodb\p{L}{1,2}|oib|u[žz]sakym\p{L}{1,3}|s[ąa]skait\p{L}{1,3}|sutart\p{L}{1,4}|siunt\p{L}{1,3}|pas[ūu]t[īi]jum\p{L}{1,2}|r[ēe][ķk]in\p{L}{1,3}|l[īi]gum\p{L}{1,2}|tellimus\p{L}{0,3}|arve|leping\p{L}{0,2}`,
  String.raw`заказ\p{L}{0,2}|накладн\p{L}{1,3}|сч[её]т\p{L}{0,2}|рахун\p{L}{1,3}|договор\p{L}{0,2}|дел[оау]|отправлени\p{L}|квитанци\p{L}|инн|артикул\p{L}{0,2}|поръчк\p{L}{1,3}|фактур\p{L}{1,3}|пратк\p{L}{1,3}|уговор\p{L}{0,2}|наруџб\p{L}{1,3}`,
  String.raw`mã (?:lô|số(?: thuế)?|đơn(?: hàng)?|vận đơn|hàng|khách(?: hàng)?|hợp đồng)|mst|đơn hàng|hóa đơn|hoá đơn|hợp đồng|vận đơn|phiếu(?: \p{L}{2,5})?|số (?:lô|đơn)`,
  '(?:(?:주문|송장|운송장|예약|계약|청구서|인보이스)(?:번호)?|(?:접수|고객|회원|사업자등록|관리|제품)번호)(?:은|는|이|가)?',
])
/** Who or what has a number only where that is said: `customer no.`, but a telephone behind `customer`. */
const holders = also([
  'org(?:ani[sz]ation(?:s(?=nummer|-?nr))?)?|customer|client|member|membership|patient|employee|student|pupil|user|kunden?|kd|mitglied(?:er|s)?|schüler(?:innen)?|matrikel|personal',
  'versicherten|steuer|zähler|inventar|art|klant|kund|cliente|client[ei]|élève|adhérent|klienta?|ucznia|müşteri|öğrenci|dosya|клієнта?|учня',
])
const otherHolders = also([
  String.raw`πελ[άα]τ\p{L}{1,3}|z[áa]kazn\p{L}{2,5}|asiakas|asiakkaan|[üu]gyf[ée]l\p{L}{0,3}|клиент\p{L}{0,2}|kupca|lietotāja|kliendi`,
])
const numbered = also([
  'n[or°º]?|n[uú]m(?:ber|mer|er|éro|ero)?s?|№|id|code|номер|nro|č|čísl(?:o|a|em)|αρ|αριθμ[όο]ς|tunnus|br|broj|бр|št|sz[áa]ma?|số',
])
const joint = String.raw`[\s.:#°º*|\x60"'„“«([-]{0,4}`
/** In small letters: the number of something that has one stands behind, or several. */
const ofRecord = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:(?:${things}|${otherThings})(?:${joint}(?:${numbered}))?|(?:${holders}|${otherHolders})${joint}(?:${numbered})|(?:${numbered})[\s.:]{1,2}(?:(?:de|du|del|do|da|of|der|des)\s)?(?:${holders}|${otherHolders}))(?!\p{L})(?:\s(?:is|ist|lautet|est|è|es))?${joint}(?:\d{5,16}(?:,|/|\s?&|\s(?:and|und|et|e|y|en|och|i))\s?){0,3}$`,
  'u',
)

/** What a telephone is called, and who asks for a call, behind a number; but not who says that they will. */
const lines = String.raw`(?:tele)?phone|tel|mobile|cell|hotline|helpline|landline|fax|sms|whatsapp|handy|natel|mobil|festnetz|portable|m[óo]vil|celular|cellulare|t[ée]l[ée]fono?|telefone|telefoon|telef[oó]n\p{L}{0,6}|t[ée]l[ée]phone|rufnummer|тел|телефон|τηλ|τηλ[έε]φωνο|κινητ[όο]|puhelin(?:numero)?|kännykkä|tlf|전화(?:번호)?|휴대폰|điện thoại|sđt`
const toUs = String.raw`(?=\s(?:us|me|now|this|it|here|back|oss|mig|nu|ons|mij|dit)(?!\p{L}))`
const asked = [
  String.raw`call|(?:ring|dial|phone|text|bel)${toUs}|please\s(?:ring|dial|phone|text)|hotline|helpline|sms|whatsapp|(?:an|zurück)rufen|rufen?|(?:an|rück)ruf|r?appel(?:ez|er|le)|téléphone[rz]`,
  String.raw`καλ[έε](?:σ|[ίι])τε|τηλεφων[ήη]στε|(?:za)?vol(?:ej|aj)(?:te)?|soit(?:a|taa|takaa|tkaa)|h[íi]vj(?:a|on|[áa]k)|suna[țţt]i|apela[țţt]i|(?:na|po)?zovite|pokličite|(?:по)?звоните|обадете|skambinkite|zvaniet|helistage|전화\s?(?:주세요|주십시오|바랍니다|하세요)|(?:vui lòng )?gọi (?:ngay|cho|lại|số)`,
  String.raw`llam(?:e[n]?|ar|a(?:d|nos)?)|chiam(?:a|are|ate|i)(?:ci)?|ligue|ligar|bellen|(?:za)?dzwo\p{L}{1,4}|ara(?:yın|y[ıi]n[ıi]z)|(?:за)?телефонуй\p{L}{0,3}|(?:по)?дзвон\p{L}{0,5}`,
].join('|')
const byOthers = String.raw`(?<!(?<!\p{L})(?:(?:we|i|they|he|she|wir|ich)(?:['’]ll|\swill|\swould|\swerden?)?(?:\s(?:sie|dich|euch|ihnen))?\s|(?:the|our|your|my|last|ihr(?:em|en)?)\s))`
const another = String.raw`[^\d\n]{0,24}\d(?:[\s()./-]{0,3}\d){5}`
const call = String.raw`(?<!\p{L})${byOthers}(?:${asked})(?!\p{L}|${another}|\s(?:wir|ich)(?!\p{L}))`
const please = String.raw`(?:(?:please|pls|just|kindly|bitte|merci de|veuillez|svp|por favor|per favore|lütfen|proszę|будь ласка)[\s,]{1,2})?`
const ofSomebody = String.raw`[^.!?\n]{0,24}(?<!\p{L})(?:me|us|mich|uns|moi|nous|mij|ons|mig|oss)(?!\p{L}|\s(?:there|here|on|under|unter|hier|dort|auf)(?!\p{L}))`
/** In small letters: a telephone's name right behind, a call that is asked for in the same sentence, or right behind it for nobody else. */
const callBehind = [
  new RegExp(
    String.raw`^[^\p{L}\d\n]{0,4}(?:[☎📞📱]|(?:(?:is|ist|est|è|es|by|per|via|par|por|our|the|unsere?|notre)\s){0,2}(?:${lines})(?=\s{0,2}(?:[)\],;:!./–—-]|\n|$)))(?!${another})`,
    'u',
  ),
  new RegExp(String.raw`^(?:(?!\d{5}|[.!?]\s)[^\n]){0,40}?${call}`, 'u'),
  new RegExp(String.raw`^[^\p{L}\d]{0,6}${please}${call}(?!${ofSomebody})`, 'u'),
]

/** Whether words, in small letters, say that the number behind them is one to call or an account. */
export function saysNumber(before: string): boolean {
  return saidSo.test(before)
}

/** Whether words, in small letters, say that what stands behind them is an account. */
export function saysAccount(before: string): boolean {
  return account.test(before)
}

/** Whether words, in small letters, say that the number behind them is to be called, whatever else it is. */
export function namesCall(before: string): boolean {
  return called.test(before)
}

/** Whether words, in small letters, say that the number behind them is that of an order, a case, a customer. */
export function isOfRecord(before: string): boolean {
  return ofRecord.test(before)
}

/** Whether words say that the number before them is to be called. */
export function isCalledBehind(behind: string): boolean {
  const words = behind.toLowerCase()
  return callBehind.some((pattern) => pattern.test(words))
}
