using System.Text.Json.Serialization;
using Mimir.Gateway.Clusters;
using Mimir.Gateway.Errors;
using Mimir.Gateway.Joint;
using Mimir.Gateway.OpenAi;
using Mimir.Gateway.Sessions;

namespace Mimir.Gateway;

/// <summary>Everything that leaves as JSON: snake_case, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(ChatAnswer))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(CompletionAnswer))]
[JsonSerializable(typeof(ClusterReportBody))]
[JsonSerializable(typeof(ReadyReport))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(JointReport))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(SessionDescription))]
internal sealed partial class GatewayJson : JsonSerializerContext;
