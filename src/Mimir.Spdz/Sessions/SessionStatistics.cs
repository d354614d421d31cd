using Mimir.Spdz.Opening;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>One party's counters of one session; rounds and bytes are exact.</summary>
public sealed class SessionStatistics
{
    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>Tokens sampled.</summary>
    public int Tokens { get; private set; }

    /// <summary>Exchanges on the critical path.</summary>
    public long OnlineRounds { get; private set; }

    /// <summary>Exchanges of sacrifices and audits, ahead of need.</summary>
    public long OfflineRounds { get; private set; }

    /// <summary>Payload bytes this party sent on the critical path.</summary>
    public long OnlineBytes { get; private set; }

    /// <summary>Payload bytes this party sent for sacrifices and audits.</summary>
    public long OfflineBytes { get; private set; }

    /// <summary>Bytes received from the Triple Service.</summary>
    public long TapeBytes { get; private set; }

    /// <summary>MAC checks passed, sacrifices' included.</summary>
    public long Checks { get; private set; }

    /// <summary>Step sections opened and recomputed.</summary>
    public long Audits { get; private set; }

    /// <summary>Time in steps.</summary>
    public TimeSpan Online { get; private set; }

    /// <summary>Time in the steps after which a token was sampled.</summary>
    public TimeSpan OnlineSampling { get; private set; }

    /// <summary>Where the time of sampling steps went.</summary>
    public StepClock Clock { get; } = new();

    /// <summary>Time waiting for blocks.</summary>
    public TimeSpan Waiting { get; set; }

    internal void Update(Opener online, BlockSource source, TimeSpan elapsed, bool sampled)
    {
        Clock.EndStep(sampled);
        Steps++;
        if (sampled)
        {
            Tokens++;
            OnlineSampling += elapsed;
        }
        OnlineRounds = online.Rounds;
        OnlineBytes = online.BytesSent;
        OfflineRounds = source.Opener.Rounds;
        OfflineBytes = source.Opener.BytesSent;
        TapeBytes = source.TapeBytes;
        Checks = online.Checks + source.Opener.Checks;
        Audits = source.Audits;
        Online += elapsed;
    }
}
