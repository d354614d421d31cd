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
