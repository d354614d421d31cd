using System.Text.Json.Serialization;

namespace Mimir.Gateway.Watching;

/// <summary>One event of a watched session.</summary>
/// <param name="Session">Its number, 32 hexadecimal digits.</param>
/// <param name="State">waiting, prefill, generating, finished, stopped or failed.</param>
/// <param name="Over">The last event.</param>
/// <param name="Roles">Parties by name, the Triple Service, the coordinator; those that have reported.</param>
internal sealed record WatchReport(string Session, string State, bool Over, IReadOnlyList<WatchedRole> Roles);

/// <summary>snake_case; what a role does not have is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WatchReport))]
internal sealed partial class WatchJson : JsonSerializerContext;
