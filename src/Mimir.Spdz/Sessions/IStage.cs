using Mimir.Spdz.Channels;
using Mimir.Spdz.Masking;

namespace Mimir.Spdz.Sessions;

/// <summary>Where a session's positions run: in a lockstep of its own, or in one with other sessions'.</summary>
public interface IStage
{
    /// <summary>
    /// Ends everything that runs here. Once a session has told its peers that it is ready, only this takes it back: they may have begun.
    /// </summary>
    CancellationToken Lifetime { get; }

    /// <summary>Why it has ended, when it did not end with the session.</summary>
    Exception? Failure { get; }

    /// <summary>Runs <paramref name="positions"/> in lockstep, sooner or later. Every party's session must have said that it is ready.</summary>
    ValueTask RunAsync(IReadOnlyList<ILaneWork> positions);
}

/// <summary>A session alone on its own mesh.</summary>
internal sealed class OwnStage(PartyModel model, IMesh mesh, CancellationToken lifetime) : IStage, IDisposable
{
    private readonly Lockstep _lockstep = new(model, mesh);

    public CancellationToken Lifetime => lifetime;

    public Exception? Failure => null;

    public ValueTask RunAsync(IReadOnlyList<ILaneWork> positions) => _lockstep.RunAsync(positions, lifetime);

    public void Dispose() => _lockstep.Dispose();
}
