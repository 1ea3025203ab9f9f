"""Languages of captions: BCP 47 tags as MediaConvert and players know them.

The table joins ISO 639-1 codes, MediaConvert's `LanguageCode` values (ISO 639-2/T) and English names.
"""

import re

TABLE = """
aa AAR Afar, ab ABK Abkhazian, ae AVE Avestan, af AFR Afrikaans, ak AKA Akan, am AMH Amharic,
an ARG Aragonese, ar ARA Arabic, as ASM Assamese, av AVA Avaric, ay AYM Aymara, az AZE Azerbaijani,
ba BAK Bashkir, be BEL Belarusian, bg BUL Bulgarian, bi BIS Bislama, bm BAM Bambara, bn BEN Bengali,
bo BOD Tibetan, br BRE Breton, bs BOS Bosnian, ca CAT Catalan, ce CHE Chechen, ch CHA Chamorro,
co COS Corsican, cr CRE Cree, cs CES Czech, cu CHU Church Slavonic, cv CHV Chuvash, cy CYM Welsh,
da DAN Danish, de DEU German, dv DIV Divehi, dz DZO Dzongkha, ee EWE Ewe, el ELL Greek, en ENG English,
eo EPO Esperanto, es SPA Spanish, et EST Estonian, eu EUS Basque, fa FAS Persian, ff FUL Fula,
fi FIN Finnish, fj FIJ Fijian, fo FAO Faroese, fr FRA French, fy FRY Western Frisian, ga GLE Irish,
gd GLA Scottish Gaelic, gl GLG Galician, gn GRN Guarani, gu GUJ Gujarati, gv GLV Manx, ha HAU Hausa,
he HEB Hebrew, hi HIN Hindi, ho HMO Hiri Motu, hr HRV Croatian, ht HAT Haitian Creole, hu HUN Hungarian,
hy HYE Armenian, hz HER Herero, ia INA Interlingua, id IND Indonesian, ie ILE Interlingue, ig IBO Igbo,
ii III Sichuan Yi, ik IPK Inupiaq, io IDO Ido, is ISL Icelandic, it ITA Italian, iu IKU Inuktitut,
ja JPN Japanese, jv JAV Javanese, ka KAT Georgian, kg KON Kongo, ki KIK Kikuyu, kj KUA Kuanyama,
kk KAZ Kazakh, kl KAL Greenlandic, km KHM Khmer, kn KAN Kannada, ko KOR Korean, kr KAU Kanuri,
ks KAS Kashmiri, ku KUR Kurdish, kv KOM Komi, kw COR Cornish, ky KIR Kyrgyz, la LAT Latin,
lb LTZ Luxembourgish, lg LUG Ganda, li LIM Limburgish, ln LIN Lingala, lo LAO Lao, lt LIT Lithuanian,
lu LUB Luba-Katanga, lv LAV Latvian, mg MLG Malagasy, mh MAH Marshallese, mi MRI Maori,
mk MKD Macedonian, ml MAL Malayalam, mn MON Mongolian, mr MAR Marathi, ms MSA Malay, mt MLT Maltese,
my MYA Burmese, na NAU Nauru, nb NOB Norwegian Bokmål, nd NDE North Ndebele, ne NEP Nepali,
ng NDO Ndonga, nl NLD Dutch, nn NNO Norwegian Nynorsk, no NOR Norwegian, nr NBL South Ndebele,
nv NAV Navajo, ny NYA Chichewa, oc OCI Occitan, oj OJI Ojibwa, om ORM Oromo, or ORI Odia,
os OSS Ossetian, pa PAN Punjabi, pi PLI Pali, pl POL Polish, ps PUS Pashto, pt POR Portuguese,
qu QUE Quechua, rm ROH Romansh, rn RUN Rundi, ro RON Romanian, ru RUS Russian, rw KIN Kinyarwanda,
sa SAN Sanskrit, sc SRD Sardinian, sd SND Sindhi, se SME Northern Sami, sg SAG Sango, si SIN Sinhala,
sk SLK Slovak, sl SLV Slovenian, sm SMO Samoan, sn SNA Shona, so SOM Somali, sq SQI Albanian,
sr SRP Serbian, ss SSW Swati, st SOT Southern Sotho, su SUN Sundanese, sv SWE Swedish, sw SWA Swahili,
ta TAM Tamil, te TEL Telugu, tg TGK Tajik, th THA Thai, ti TIR Tigrinya, tk TUK Turkmen, tl TGL Tagalog,
tn TSN Tswana, to TON Tonga, tr TUR Turkish, ts TSO Tsonga, tt TAT Tatar, tw TWI Twi, ty TAH Tahitian,
ug UIG Uyghur, uk UKR Ukrainian, ur URD Urdu, uz UZB Uzbek, ve VEN Venda, vi VIE Vietnamese,
vo VOL Volapük, wa WLN Walloon, wo WOL Wolof, xh XHO Xhosa, yi YID Yiddish, yo YOR Yoruba, za ZHA Zhuang,
zh ZHO Chinese, zu ZUL Zulu
"""
ROWS = [row.split(maxsplit=2) for row in TABLE.split(",")]
CODES = {short: code for short, code, _ in ROWS}
NAMES = {short: name.strip() for short, _, name in ROWS}
SHORT = {code.lower(): short for short, code in CODES.items()}
# RFC 5646, section 2.1: language, script, region, variants, extensions, private use. Left out is what names
# no language that a player would show: longer first subtags (none is registered) and grandfathered tags.
WELL_FORMED = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)
# What the service takes as CustomLanguageCode of a caption: no digits, so es-419 is not among them.
CUSTOM = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z-]+)?")
TRADITIONAL_CHINESE = {"hant", "tw", "hk", "mo"}


def is_well_formed(tag: str) -> bool:
    """Whether a text is a well-formed BCP 47 tag."""
    return WELL_FORMED.fullmatch(tag) is not None


def language_fields(tag: str) -> dict[str, str]:
    """The language of a track in a job: `LanguageCode` for a bare language that the service lists, else
    `CustomLanguageCode`. What it cannot say of a tag, it says of the language alone."""
    primary = _primary(tag)
    code = CODES.get(primary)
    if code and (tag.lower() in (primary, code.lower()) or not CUSTOM.fullmatch(tag)):
        return {"LanguageCode": code}
    return {"CustomLanguageCode": tag if CUSTOM.fullmatch(tag) else primary}


def drawing_fields(tag: str) -> dict[str, str]:
    """The language of captions that are drawn: here it only chooses the font."""
    code = CODES.get(_primary(tag))
    return {"LanguageCode": code} if code else language_fields(tag)


def font_script(tag: str) -> str | None:
    """Which Chinese characters to draw; None for every other language."""
    if _primary(tag) != "zh":
        return None
    return "HANT" if TRADITIONAL_CHINESE & set(tag.lower().split("-")) else "HANS"


def track_name(tag: str, label: str | None) -> str:
    """What players call a track: its label, or else the language's English name, as in "Portuguese (BR)"."""
    if label:
        return label
    name = NAMES.get(_primary(tag))
    rest = tag.partition("-")[2]
    if name is None:
        return tag
    return f"{name} ({rest})" if rest else name


def _primary(tag: str) -> str:
    """The language subtag, in two letters where it has two."""
    primary = tag.lower().split("-")[0]
    return SHORT.get(primary, primary)
