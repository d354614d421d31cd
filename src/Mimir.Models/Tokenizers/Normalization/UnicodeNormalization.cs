using System.Text;

namespace Mimir.Models.Tokenizers.Normalization;

/// <summary>
/// NFC, NFD, NFKC and NFKD. Source: Unicode Standard Annex 15; Hangul by the Standard's section 3.12. The runtime's own String.Normalize does
/// nothing where no ICU is installed, which is how Mimir runs.
/// </summary>
internal static class UnicodeNormalization
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    /// <summary><paramref name="text"/> in the form that the two flags name.</summary>
    public static string Normalize(string text, bool compatibility, bool compose)
    {
        // Below these, every character is its own form.
        var unchanged = compatibility ? 0xA0 : compose ? 0x300 : 0xC0;
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(unchanged - 1))) return text;
        var characters = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, compatibility, characters);
        Order(characters);
        if (compose) Compose(characters);
        var result = new StringBuilder(characters.Count);
        Span<char> units = stackalloc char[2];
        foreach (var character in characters) result.Append(units[..new Rune(character).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private static void Decompose(int character, bool compatibility, List<int> to)
    {
        if (character is >= SyllableBase and < SyllableBase + Syllables)
        {
            var index = character - SyllableBase;
            to.Add(LeadBase + index / (Vowels * Trails));
            to.Add(VowelBase + index % (Vowels * Trails) / Trails);
            if (index % Trails != 0) to.Add(TrailBase + index % Trails);
        }
        // The table's decompositions are a few steps deep at most.
        else if (UnicodeDecompositions.Of(character, compatibility) is { } parts)
            foreach (var part in parts) Decompose(part, compatibility, to);
        else to.Add(character);
    }

    // Marks in the order of their classes, those of one class as they came.
    private static void Order(List<int> characters)
    {
        for (var start = 0; start < characters.Count;)
        {
            var end = start;
            while (end < characters.Count && UnicodeDecompositions.ClassOf(characters[end]) != 0) end++;
            if (end - start > 1)
            {
                var run = characters.GetRange(start, end - start).OrderBy(UnicodeDecompositions.ClassOf).ToArray();
                for (var i = 0; i < run.Length; i++) characters[start + i] = run[i];
            }
            start = Math.Max(end, start + 1);
        }
    }

    private static void Compose(List<int> characters)
    {
        var (starter, written, lastClass) = (-1, 0, 0);
        foreach (var character in characters.ToArray())
        {
            var here = UnicodeDecompositions.ClassOf(character);
            // A mark is blocked from its starter by one of its own class or higher, a starter by anything in between.
            var blocked = starter < 0 || (written - 1 > starter && (lastClass == 0 || lastClass >= here));
            if (!blocked && Pair(characters[starter], character) is { } composed)
            {
                characters[starter] = composed;
                continue;
            }
            if (here == 0) starter = written;
            lastClass = here;
            characters[written++] = character;
        }
        characters.RemoveRange(written, characters.Count - written);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
            return SyllableBase + ((first - LeadBase) * Vowels + (second - VowelBase)) * Trails;
        if (first is >= SyllableBase and < SyllableBase + Syllables && (first - SyllableBase) % Trails == 0 && second is > TrailBase and < TrailBase + Trails)
            return first + (second - TrailBase);
        return UnicodeDecompositions.Composed(first, second);
    }
}
