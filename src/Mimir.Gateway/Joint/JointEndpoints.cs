using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Mimir.Client.Joint;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Hosting;
using Mimir.Gateway.OpenAi;

namespace Mimir.Gateway.Joint;

/// <summary>
/// POST /mimir/v1/joint and GET /mimir/v1/joint/{id}: sessions with a part of the prompt from each of two owners. The first offers and hands over the link; the other
/// looks at its terms (a link alone), and accepts them by bringing its text.
/// </summary>
internal static class JointEndpoints
{
    private const int DefaultRoom = 64;
    private static readonly string[] CreateFields = ["role", "model", "text", "partner", "partner_tokens", "max_tokens", "temperature", "receivers"];
    private static readonly string[] AcceptFields = ["link", "text", "model"];

    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, GatewayState gateway)
    {
        routes.MapPost("/mimir/v1/joint", (RequestDelegate)(async context =>
        {
            var fields = await RequestBody.ReadAsync(context, gateway.Settings.MaxBody);
            var report = fields.Find("link") is null ? await OfferAsync(gateway, fields, context.RequestAborted) : await AcceptAsync(gateway, fields, context.RequestAborted);
            await JsonResponse.WriteAsync(context, report, GatewayJson.Default.JointReport);
        }));
        routes.MapGet("/mimir/v1/joint/{id}", (RequestDelegate)(context =>
            JsonResponse.WriteAsync(context, Describe(gateway, gateway.Joint.Require((string)context.Request.RouteValues["id"]!)), GatewayJson.Default.JointReport)));
    }

    private static async Task<JointReport> OfferAsync(GatewayState gateway, RequestFields fields, CancellationToken cancellation)
    {
        RequireKnown(fields, CreateFields);
        if (fields.Text("role") is not "create") throw ApiException.Field("role", "role: \"create\" makes an offer; to accept one, give its link");
        var model = fields.Text("model") is { } name ? gateway.Models.Require(name) : gateway.Models.All[0];
        var (text, partner, self) = (fields.RequiredText("text"), fields.RequiredText("partner"), gateway.Settings.Tls.Identity.Name);
        if (!Trust.PeerName.IsValid(partner) || partner == self) throw ApiException.Field("partner", $"partner: the name of another data owner is expected, as its certificate says; yours is '{self}'");
        var receivers = (fields.Text("receivers") ?? "both") switch
        {
            "both" => (string[])[self, partner],
            "creator" => [self],
            "partner" => [partner],
            _ => throw ApiException.Field("receivers", "receivers: must be both, creator or partner"),
        };
        var room = (int)(fields.Whole("partner_tokens", 1, JointTerms.LargestRoom) ?? DefaultRoom);
        var tokens = (int)(fields.Whole("max_tokens", 1, 1 << 20) ?? gateway.Settings.DefaultMaxTokens);
        var temperature = fields.Number("temperature", 0, 2) ?? gateway.Settings.DefaultTemperature;
        var options = (await gateway.Cluster.RequireAsync(model, cancellation)) with { MaxTokens = tokens, Temperature = temperature };
        var place = gateway.Places.Enter(1);
        try
        {
            var own = JointSession.Encode(model.Owner, 0, text);
            if (own.Count == 0) throw ApiException.Field("text", "text: at least one token of text is needed");
            var terms = new JointTerms { Parts = [new(self, own.Count), new(partner, room)], Receivers = receivers, Options = options };
            var session = await JointSession.OfferAsync(model.Owner, terms, cancellation);
            return Describe(gateway, gateway.Joint.Add(new JointEntry(gateway, model, session, text, place)));
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static async Task<JointReport> AcceptAsync(GatewayState gateway, RequestFields fields, CancellationToken cancellation)
    {
        RequireKnown(fields, AcceptFields);
        var offer = JointLink.Read(fields.RequiredText("link"));
        var id = offer.Session.ToString();
        var model = fields.Text("model") is { } name ? gateway.Models.Require(name) : ModelOf(gateway, offer);
        var session = JointSession.Accept(model.Owner, offer);
        if (fields.Text("text") is not { } text) return new JointReport(id, JointLink.Write(offer), "offered", Describe(gateway, session), "", 0, null);
        if (gateway.Joint.Find(id) is not null) throw new ApiException(409, "invalid_request_error", "link: this gateway takes part in the session already", "link", "already_joined") { MayRetry = false };
        await gateway.Cluster.RequireAsync(model, cancellation);
        var place = gateway.Places.Enter(1);
        try
        {
            return Describe(gateway, gateway.Joint.Add(new JointEntry(gateway, model, session, text, place)));
        }
        catch (ArgumentException error)
        {
            place.Dispose();
            throw ApiException.Field("text", $"text: {error.Message}");
        }
    }

    /// <summary>Each side may call its copy of the model as it likes; what counts is the layout.</summary>
    private static OfferedModel ModelOf(GatewayState gateway, JointOffer offer) => gateway.Models.All.FirstOrDefault(m => m.Name == offer.Model) ?? gateway.Models.All[0];

    private static JointReport Describe(GatewayState gateway, JointEntry entry) => new(
        entry.Session.Offer.Session.ToString(), entry.Link, entry.Tracked.State.ToString().ToLowerInvariant(), Describe(gateway, entry.Session), entry.Text, entry.Tracked.Tokens, entry.Problem);

    private static JointTermsReport Describe(GatewayState gateway, JointSession session)
    {
        var offer = session.Offer;
        return new(
            offer.Model,
            [.. offer.Parts.Select((p, i) => new JointPartReport(p.Owner, p.Tokens, i < offer.Parts.Count - 1, p.Owner == gateway.Settings.Tls.Identity.Name))],
            offer.Receivers, offer.MaxTokens, offer.Temperature, offer.Parties, offer.Active ? "active" : "passive", session.Receives);
    }

    private static void RequireKnown(RequestFields fields, string[] known)
    {
        foreach (var name in fields.Names)
            if (!known.Contains(name)) throw ApiException.Field(FieldPolicy.Shown(name), $"{FieldPolicy.Shown(name)}: there is no such field here; there are {string.Join(", ", known)}", "unknown_parameter");
    }
}
