using System.Net;
using System.Net.Http.Headers;

namespace Mimir.Models.Store.Hub;

/// <summary>
/// Requests to a Hugging Face endpoint. Redirects are followed by hand, so that the token stays with the endpoint's own scheme, host and port.
/// </summary>
public sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;
    private const int LargestAnswer = 32 << 20;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <exception cref="ArgumentException">The endpoint is neither https nor on loopback.</exception>
    public HubClient(HubOptions options)
    {
        if (!IsSafe(options.Endpoint)) throw new ArgumentException($"the endpoint {options.Endpoint} is neither https nor on loopback, so a token could be read on its way", nameof(options));
        Options = options with { Endpoint = new Uri(options.Endpoint.AbsoluteUri.TrimEnd('/') + "/") };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("mimir", "1"));
    }

    /// <summary>Where to, and how.</summary>
    public HubOptions Options { get; }

    /// <summary>What the endpoint has of <paramref name="name"/> at <paramref name="revision"/>, a branch, tag or commit.</summary>
    /// <exception cref="HubException">It has no such model, wants a token, cannot be reached, or answers nonsense.</exception>
    public Task<HubRevision> RevisionAsync(ModelName name, string revision, CancellationToken cancellation) => RetryAsync(async _ =>
    {
        var address = new Uri(Options.Endpoint, $"api/models/{name}/revision/{Uri.EscapeDataString(revision)}?blobs=true");
        using var response = await SendAsync(address, null, $"{name}@{revision}", cancellation);
        using var memory = new MemoryStream();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[1 << 16];
        for (int read; (read = await ReadAsync(body, buffer, cancellation)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > LargestAnswer) throw new HubException(HubRefusal.Untrustworthy, $"{Options.Endpoint} describes {name} in more than {LargestAnswer} bytes");
        }
        return HubRevision.Parse(name, memory.ToArray(), $"{Options.Endpoint}: {name}");
    }, cancellation);

    /// <summary>Opens a file of a model; from byte <paramref name="start"/> on, if it still has <paramref name="tag"/>, else from its beginning.</summary>
    internal Task<HttpResponseMessage> OpenAsync(HubRevision revision, string file, long start, EntityTagHeaderValue? tag, CancellationToken cancellation) =>
        SendAsync(new Uri(Options.Endpoint, $"{revision.Name}/resolve/{revision.Commit}/{Uri.EscapeDataString(file)}"), request =>
        {
            if (start == 0 || tag is null) return;
            request.Headers.Range = new RangeHeaderValue(start, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }, $"{revision.Name}: {file}", cancellation);

    /// <summary>Reads, but does not wait for ever.</summary>
    /// <exception cref="IOException">Nothing came for <see cref="HubOptions.Stall"/>.</exception>
    internal async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(Options.Stall);
        try
        {
            return await stream.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Options.Stall.TotalSeconds:0} seconds", e);
        }
    }

    /// <summary>Runs <paramref name="attempt"/> until it succeeds, refuses for good, or has failed too often in a row without progress, which it tells by true.</summary>
    internal async Task<T> RetryAsync<T>(Func<Action, Task<T>> attempt, CancellationToken cancellation)
    {
        for (var failed = 0; ;)
        {
            var wait = TimeSpan.FromSeconds(1 << Math.Min(failed, 5));
            try
            {
                return await attempt(() => failed = 0);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or BusyException && !cancellation.IsCancellationRequested)
            {
                if (++failed >= Options.Attempts)
                    throw new HubException(HubRefusal.Unreachable, $"{Options.Endpoint} cannot be used after {failed} attempts: {e.Message.TrimEnd('.')}; run the same command again to go on from here", e);
                if (e is BusyException { After: { } after }) wait = after < LongestWait ? after : LongestWait;
            }
            await Options.Wait(wait, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, Action<HttpRequestMessage>? prepare, string what, CancellationToken cancellation)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            prepare?.Invoke(request);
            if (Options.Token is { } token && IsEndpoint(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            stall.CancelAfter(Options.Stall);
            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new IOException($"no answer for {Options.Stall.TotalSeconds:0} seconds", e);
            }
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable) return response;
                using (response) throw Refused(response, what);
            }
            using (response)
            {
                var next = response.Headers.Location is { } location ? new Uri(address, location) : null;
                if (next is null || !IsSafe(next)) throw new HubException(HubRefusal.Untrustworthy, $"{what}: {address.Host} redirects to a place that is neither https nor on loopback");
                address = next;
            }
        }
        throw new HubException(HubRefusal.Untrustworthy, $"{what}: more than {MostRedirects} redirects");
    }

    private Exception Refused(HttpResponseMessage response, string what) => (int)response.StatusCode switch
    {
        401 or 403 => new HubException(HubRefusal.Denied, $"{what}: {Options.Endpoint} refuses it ({(int)response.StatusCode}); "
            + (Options.Token is null ? "if it exists, it needs a token: set HF_TOKEN" : "the token in HF_TOKEN may not read it, or its licence was not accepted yet")),
        404 or 410 => new HubException(HubRefusal.NotFound, $"{what}: {Options.Endpoint} has no such model, revision or file"),
        429 or >= 500 => new BusyException((int)response.StatusCode, response.Headers.RetryAfter?.Delta),
        var other => new HubException(HubRefusal.Untrustworthy, $"{what}: {Options.Endpoint} answers with status {other}"),
    };

    private bool IsEndpoint(Uri address) => Uri.Compare(address, Options.Endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static bool IsSafe(Uri address) => address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    /// <summary>The endpoint asks for another attempt later.</summary>
    private sealed class BusyException(int status, TimeSpan? after) : Exception($"it answers with status {status}")
    {
        public TimeSpan? After { get; } = after;
    }
}
