namespace Mimir.Fuzzing;

/// <summary>Runs a parser and takes its documented refusals for behaviour. Whatever else it throws is a finding.</summary>
internal static class Attempt
{
    private const int WordsOfMessage = 4;

    /// <summary>What <paramref name="read"/> says, or how it refuses.</summary>
    public static Outcome Read(Func<string> read, Func<Exception, bool> refuses)
    {
        try
        {
            return new Outcome(read());
        }
        catch (Exception refused) when (refuses(refused))
        {
            return new Outcome(Shape(refused));
        }
    }

    /// <summary>Whether what <paramref name="read"/> read is authentic, or how it refuses.</summary>
    public static Outcome Verify(Func<bool> read, Func<Exception, bool> refuses)
    {
        try
        {
            return read() ? new Outcome("accepted", true) : new Outcome("refused");
        }
        catch (Exception refused) when (refuses(refused))
        {
            return new Outcome(Shape(refused));
        }
    }

    /// <summary>Several parsers on the same input, one after the other.</summary>
    public static Outcome All(params ReadOnlySpan<Outcome> outcomes) => new(string.Join("; ", outcomes.ToArray().Select(o => o.Shape)));

    /// <summary>The kind of the refusal and the first words of its message, less what may come from the input.</summary>
    private static string Shape(Exception refused)
    {
        var start = refused.Message.Replace(Scratch.At(""), "", StringComparison.Ordinal).Split('\'', '"')[0];
        var words = string.Concat(start.Where(c => char.IsAsciiLetter(c) || c == ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return $"{refused.GetType().Name} {string.Join(' ', words.Take(WordsOfMessage))}";
    }
}
