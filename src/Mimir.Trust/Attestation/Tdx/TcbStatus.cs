namespace Mimir.Trust.Attestation.Tdx;

/// <summary>
/// Intel's judgement of a trusted computing base, as the set of things that are wrong with it: the union of two judgements is then the
/// worst of both.  Source: Intel PCS API v4, "tcbStatus".
/// </summary>
[Flags]
public enum TcbStatus
{
    /// <summary>Nothing is known to be wrong.</summary>
    UpToDate = 0,

    /// <summary>The software inside must mitigate what the platform does not.</summary>
    SWHardeningNeeded = 1,

    /// <summary>The platform's settings leave a weakness open.</summary>
    ConfigurationNeeded = 2,

    /// <summary>Both of the above.</summary>
    ConfigurationAndSWHardeningNeeded = SWHardeningNeeded | ConfigurationNeeded,

    /// <summary>Firmware or microcode with known weaknesses; contains the need for hardening.</summary>
    OutOfDate = 4 | SWHardeningNeeded,

    /// <summary>Out of date, and the settings leave a weakness open.</summary>
    OutOfDateConfigurationNeeded = OutOfDate | ConfigurationNeeded,

    /// <summary>The keys of this level are revoked; contains everything else. Never accepted.</summary>
    Revoked = 8 | OutOfDateConfigurationNeeded,
}

/// <summary>The spelling and the order of <see cref="TcbStatus"/>.</summary>
public static class TcbStatuses
{
    /// <summary>What a verdict says of a platform that no level of its TCB info covers.</summary>
    public const string Unsupported = "UNSUPPORTED";

    /// <summary>All statuses as Intel spells them, best first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<TcbStatus>().Select(status => status.ToString())];

    /// <summary>Reads Intel's spelling; case matters.</summary>
    public static bool TryParse(string name, out TcbStatus status)
    {
        status = default;
        return Names.Contains(name, StringComparer.Ordinal) && Enum.TryParse(name, out status);
    }

    /// <summary>The worst of both: everything that is wrong with either.</summary>
    public static TcbStatus WorstWith(this TcbStatus status, TcbStatus other) => status | other;
}
