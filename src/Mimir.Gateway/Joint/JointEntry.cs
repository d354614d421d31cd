using System.Text;
using Mimir.Client.Joint;
using Mimir.Client.Text;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Sessions;

namespace Mimir.Gateway.Joint;

/// <summary>This gateway's side of a joint session: from the offer or its acceptance to the end, whoever looks. Thread-safe.</summary>
internal sealed class JointEntry : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _stop;
    private readonly IDisposable _place;

    /// <summary>Brings this owner's part and takes part.</summary>
    /// <exception cref="ArgumentException">The part does not fit; nothing was sent.</exception>
    public JointEntry(GatewayState gateway, OfferedModel model, JointSession session, string text, IDisposable place)
    {
        (Session, Link, _place) = (session, JointLink.Write(session.Offer), place);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(gateway.Stopping);
        var run = session.Run([.. session.OwnParts.Select(_ => text)], _stop.Token);
        Tracked = gateway.Sessions.Track(model.Name, SessionKind.Joint, run, _stop);
        Running = FollowAsync(run, gateway.Settings.Log);
    }

    /// <summary>Its terms.</summary>
    public JointSession Session { get; }

    /// <summary>What is handed to the other owner.</summary>
    public string Link { get; }

    /// <summary>Where it is.</summary>
    public TrackedSession Tracked { get; }

    /// <summary>Completes with the session; never fails.</summary>
    public Task Running { get; }

    /// <summary>The text so far; empty for an owner that receives none.</summary>
    public string Text
    {
        get
        {
            lock (_lock) return _text.ToString();
        }
    }

    /// <summary>Why it broke off, or null.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task FollowAsync(TextRun run, Action<string> log)
    {
        try
        {
            await foreach (var piece in run.Pieces)
                lock (_lock) _text.Append(Tracked.Count(piece).Text);
            await run.Completion;
        }
        catch (Exception error)
        {
            Problem = error is OperationCanceledException ? "it was stopped" : ErrorShape.Of(error).Message;
            log($"joint session {Session.Offer.Session}: {Problem}");
        }
        finally
        {
            await run.DisposeAsync();
            Tracked.Close();
            _place.Dispose();
        }
    }
}
