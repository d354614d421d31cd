using Mimir.Spdz.Opening;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>One party's counters of one session; rounds and bytes are exact.</summary>
public sealed class SessionStatistics
{
    private readonly SessionView _view = new();
    private long _laneRounds;

    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>Tokens sampled; of guesses only those after right ones.</summary>
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

    /// <summary>Where the time of runs that sample, after the prompt's, went.</summary>
    public StepClock Clock { get; } = new();

    /// <summary>Time waiting, for blocks and for the other parties to have theirs.</summary>
    public TimeSpan Waiting { get; private set; }

    /// <summary>Positions of the prompt whose tokens are known to be prompt, the last of them, after which the first token is sampled, included.</summary>
    public int PrefillPositions { get; private set; }

    /// <summary>From the first step to the end of the one that samples the first token, waiting included.</summary>
    public TimeSpan Prefill { get; private set; }

    /// <summary>What the numbers that this party saw look like, and where the last step's traffic went. May be read while the session runs.</summary>
    public SessionView View => _view;

    internal void Wait(TimeSpan elapsed) => Waiting += elapsed;

    /// <summary>Counts tokens that came out of right guesses.</summary>
    internal void Accept(int accepted) => Tokens += accepted;

    /// <summary>Counts one run of <paramref name="positions"/> positions in lockstep; rounds are those of its longest lane.</summary>
    internal void Update(Opener online, IReadOnlyList<StepLane> lanes, BlockSource source, int positions, bool sampled, TimeSpan elapsed)
    {
        Clock.EndStep(sampled && (positions == 1 || Tokens > 0));
        Steps += positions;
        Online += elapsed;
        if (Tokens == 0) (PrefillPositions, Prefill) = (Steps, Online + Waiting);
        if (sampled)
        {
            Tokens++;
            OnlineSampling += elapsed;
        }
        var (longest, bytes) = (0L, online.BytesSent);
        for (var i = 0; i < lanes.Count; i++)
        {
            if (i < positions) longest = Math.Max(longest, lanes[i].NewRounds());
            bytes += lanes[i].Opener.BytesSent;
        }
        _view.Update(lanes, positions);
        (_laneRounds, OnlineBytes) = (_laneRounds + longest, bytes);
        OnlineRounds = online.Rounds + _laneRounds;
        OfflineRounds = source.Opener.Rounds;
        OfflineBytes = source.Opener.BytesSent;
        TapeBytes = source.TapeBytes;
        Checks = online.Checks + source.Opener.Checks;
        Audits = source.Audits;
    }
}
