using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Workers;

/// <summary>What differs between a node and a Triple Service.</summary>
internal interface IWorker
{
    /// <summary>Loads this worker's part of a model.</summary>
    Task LoadAsync(VerifiedGroup group, CancellationToken cancellation);

    /// <summary>Drops a model that failed or was lost.</summary>
    void Discard(SessionId group);

    /// <summary>A session on a loaded model.</summary>
    /// <exception cref="Mimir.Spdz.MalformedMessageException">The model is not here, or the session does not fit it.</exception>
    IWorkerSession Open(VerifiedSession session);
}

/// <summary>A worker's part of one session.</summary>
internal interface IWorkerSession
{
    /// <summary>For reports: how far it is.</summary>
    string Step { get; }

    /// <summary>Steps done, of how many; null while there is nothing to say. Public: positions only.</summary>
    (int Done, int Total)? Progress { get; }

    /// <summary>What it has measured so far, for those who watch; null while there is nothing. Public.</summary>
    RoleMetrics? Observation { get; }

    /// <summary>Takes a sealed message of a client.</summary>
    void Deliver(SealedEnvelope envelope);

    /// <summary>
    /// Runs to the end. <paramref name="done"/> tells the coordinator that this part is finished; connections stay open until
    /// <paramref name="ended"/> completes, so that no peer takes the end for a loss.
    /// </summary>
    Task RunAsync(Action<RoleMetrics> done, Task ended, CancellationToken cancellation);
}
