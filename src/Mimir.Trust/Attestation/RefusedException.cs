namespace Mimir.Trust.Attestation;

/// <summary>How a parser of evidence gives up; verifiers turn it into a finding, so that it never leaves this assembly.</summary>
internal sealed class RefusedException(string code, string sentence) : Exception(sentence)
{
    /// <summary>The reason's code, as in <see cref="Refusal"/>.</summary>
    public string Code { get; } = code;
}

/// <summary>From a parser's refusal to a finding.</summary>
internal static class RefusalFindings
{
    /// <summary>What <paramref name="read"/> returns; null, and its reason among <paramref name="findings"/>, if it refuses.</summary>
    public static T? Read<T>(this Findings findings, Func<T> read)
        where T : class
    {
        T? result = null;
        findings.Attempt(() => result = read());
        return result;
    }

    /// <summary>Does <paramref name="step"/>; false, and its reason among <paramref name="findings"/>, if it refuses.</summary>
    public static bool Attempt(this Findings findings, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (RefusedException refused)
        {
            findings.Add(refused.Code, refused.Message);
            return false;
        }
    }
}
