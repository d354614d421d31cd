namespace Mimir.Models.Tests.TestModels;

/// <summary>Texts that have been trouble for tokenizers.</summary>
public static class Texts
{
    /// <summary>Every one of them survives encoding and decoding unchanged.</summary>
    public static readonly string[] Awkward =
    [
        "", " ", "  ", "a", " a", "a ", "  two  spaces  ", "\n", "\n\n", "a\nb\r\nc\td", "\t\ttabs",
        "Once upon a time, there was a little girl named Lily.", "She said, \"Hello!\" It's Tom's; they're here, I'd say we'll go.",
        "caf\u00e9 na\u00efve \u00f1", "e\u0301 combining", "\u00a0nbsp\u200a\u2003wide", "\u4f60\u597d\uff0c\u4e16\u754c", "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439",
        "\u0627\u0644\u0633\u0644\u0627\u0645", "\U0001F600 ok \U0001F468\u200d\U0001F469\u200d\U0001F467", "flag\U0001F1E9\U0001F1EA", "\U0001D49C\U0001D7D9 math", "3.14159 1234567890 \u00bd \u2167",
        "<0x41> <0x0A>", "C:\\path\\file <b>html</b> | pipes", "zero\0byte", "\u200b\ufeff", "a\u0085b\u2028c\u2029d", "snake_case camelCase --flag=1", "!!!???...",
        new string('a', 300), string.Concat(Enumerable.Repeat("the dog ", 100)),
    ];

    /// <summary>More of them; normalisation and added tokens may change these.</summary>
    public static readonly string[] Nasty =
    [
        "e\u0301\u0323 a\u0323\u0301 \u1e9b\u0323 \ufb01 \u00bd \u2460 \uff21\uff22 \u212b \u2126", "\uac00\uac01\u1100\u1161\u11a8 \u1112\u1161", "\u0130stanbul \u039f\u03a3 \u03a3\u03a6 \u00c9\u00c0 \U00010400",
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a \u0e33", "\u0647\u064e\u0630\u064e\u0627 \u0661\u0662\u0663 \u0627\u0644\u0644\u063a\u0629", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0967\u0968\u0969",
        "\r\n\r\n  \n \t x\r\ry \n", " \u00a0 \u2003\u3000 mixed \u200a", "\u0001\u0002\u001f\u007f \u0080", "\U0001F468\u200d\U0001F469\u200d\U0001F467\u200d\U0001F466\U0001F3FD \u2764\ufe0f",
        "\U00020000\U0002A6D6 \U0001D7CE\U0001D7CF \U00011083\U00011081 \U0001F170", "wholeword wholeword's whole", "IT'S they'LL I'Ve \u2019s", "a--b-c- -d", "x_y\u203fz", "0001112223334445556667", "1,000.00 -3e10 $5\u20ac",
        "<s> </s> <0x0A>\u2581\u2581a", "   leading", "trailing   ", "  cafe\u0301  caf\u00e9   ", "<table><tr>\n\n\n</tr>", "Hello\n\n\n\nworld...\n/path//to", "\u1d00\u02b0\u1d43 \u01c5 \u01c8x", "ABCdefGHI jklMNO",
    ];

    /// <summary>Random valid Unicode from several scripts.</summary>
    public static IEnumerable<string> Random(int seed, int count)
    {
        var random = new Random(seed);
        (int First, int Last)[] ranges = [(0x20, 0x7E), (0x20, 0x7E), (0x20, 0x20), (0x09, 0x0D), (0xA0, 0x24F), (0x370, 0x52F), (0x5D0, 0x6FF), (0x2000, 0x206F), (0x4E00, 0x4E80), (0x1F600, 0x1F64F), (0x1D400, 0x1D7FF)];
        for (var i = 0; i < count; i++)
            yield return string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ =>
            {
                var (first, last) = ranges[random.Next(ranges.Length)];
                return char.ConvertFromUtf32(random.Next(first, last + 1));
            }));
    }
}
