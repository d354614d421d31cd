using Mimir.Spdz;
using Mimir.Spdz.Sessions;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.Nodes;

/// <summary>
/// What the clients of a session send to this party, opened and sorted: "ready", prompt segments, "stop". The first message that is
/// not right ends the session.
/// </summary>
internal sealed class ClientMailbox
{
    private readonly VerifiedSession _session;
    private readonly Dictionary<string, TaskCompletionSource> _ready;
    private readonly TaskCompletionSource<MaskedInputs>[] _inputs;
    private readonly TaskCompletionSource _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stop;

    /// <summary>The mailbox of <paramref name="self"/>.</summary>
    public ClientMailbox(Identity self, VerifiedSession session)
    {
        (_session, Routes) = (session, new SealedRoutes(self, session.Id));
        _ready = session.Clients.Keys.ToDictionary(name => name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _inputs = [.. Enumerable.Range(0, session.Plan.InputSegments).Select(_ => new TaskCompletionSource<MaskedInputs>(TaskCreationOptions.RunContinuationsAsynchronously))];
    }

    /// <summary>The session's seals and their counters.</summary>
    public SealedRoutes Routes { get; }

    /// <summary>Fails when a client sent something that an honest one never sends; completes in no other way.</summary>
    public Task Fault => _fault.Task;

    /// <summary>A receiver asked to stop.</summary>
    public bool StopRequested => _stop;

    /// <summary>A client of the session.</summary>
    public PeerIdentity Client(string name) => _session.Clients[name];

    /// <summary>Completes when every client holds its masks.</summary>
    public Task ReadyAsync() => Task.WhenAll(_ready.Values.Select(r => r.Task));

    /// <summary>The masked inputs of one segment.</summary>
    public Task<MaskedInputs> InputsAsync(int segment) => _inputs[segment].Task;

    /// <summary>Opens and sorts one message.</summary>
    public void Deliver(SealedEnvelope envelope)
    {
        try
        {
            var name = envelope.Sender?.Name ?? "";
            if (!_session.Clients.TryGetValue(name, out var client)) throw new MalformedMessageException("a message came from somebody who is no client of the session");
            Sort(client, envelope.Purpose, Routes.Open(client, envelope));
        }
        catch (Exception error)
        {
            _fault.TrySetException(error);
        }
    }

    private void Sort(PeerIdentity client, SealPurpose purpose, byte[] payload)
    {
        switch (purpose)
        {
            case SealPurpose.Ready:
                SealedPayloads.RequireDigest(payload, _session.Digest.Span, client.ToString());
                _ready[client.Name].TrySetResult();
                break;
            case SealPurpose.Input:
                var (segment, values) = SealedPayloads.ReadInputs(payload, client.ToString());
                if (segment < 0 || segment >= _inputs.Length || _session.Plan.Segments[Math.Min(segment, _session.Plan.Segments.Count - 1)].Owner != client.Name || !_inputs[segment].TrySetResult(values))
                    throw new MalformedMessageException($"{client} sent prompt segment {segment}, which is not its own or was sent before");
                break;
            case SealPurpose.Stop when _session.Plan.Receivers.Contains(client.Name):
                _stop = true;
                break;
            default:
                throw new MalformedMessageException($"{client} sent a message that a client of this session never sends");
        }
    }
}
