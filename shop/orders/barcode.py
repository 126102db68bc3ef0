"""An order's number as bars for a scanner: Code 128, set B (ISO/IEC 15417)."""

# How wide the bars and gaps of each value are, in modules, a bar first: six for each value, seven for the end.
_ROWS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122"
    "123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323"
    "131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131"
    "213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122"
    "141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112"
    "124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141"
    "411131211412211214211232"
)
WIDTHS = [*(_ROWS[at : at + 6] for at in range(0, len(_ROWS), 6)), "2331112"]
START_B, STOP, CHECK = 104, 106, 103


def bars(text: str) -> list[int]:
    """Return the widths of bars and gaps in modules, a bar first and last; the quiet around them is the page's.

    ``text`` is printable ASCII. Raises ValueError for anything else.
    """
    values = [ord(letter) - 32 for letter in text]
    if not values or min(values) < 0 or max(values) > 94:
        raise ValueError(f"{text!r} has letters that this code does not")
    check = (START_B + sum(place * value for place, value in enumerate(values, 1))) % CHECK
    return [int(width) for value in (START_B, *values, check, STOP) for width in WIDTHS[value]]
