// Answers, for one JSON line a case, which of kube-scheduler's own filter plugins refuse a pod on each node.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
)

var filterNames = []string{"NodeUnschedulable", "NodeName", "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit",
	"NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread", "InterPodAffinity"}

type testCase struct {
	Nodes          []*v1.Node                  `json:"nodes"`
	Pods           []*v1.Pod                   `json:"pods"`
	Pod            *v1.Pod                     `json:"pod"`
	Namespaces     []*v1.Namespace             `json:"namespaces"`
	Volumes        []*v1.PersistentVolume      `json:"pvs"`
	Claims         []*v1.PersistentVolumeClaim `json:"pvcs"`
	StorageClasses []*storagev1.StorageClass   `json:"storageClasses"`
	CSINodes       []*storagev1.CSINode        `json:"csiNodes"`
}

// refusals: node, then plugin, then its reasons. A plugin that is not there lets the pod pass.
type refusals map[string]map[string][]string

func main() {
	metrics.Register()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var c testCase
		answer := refusals{}
		err := json.Unmarshal(in.Bytes(), &c)
		if err == nil {
			answer, err = judge(&c)
		}
		if err == nil {
			err = out.Encode(answer)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// applyLabelKeys does what the API server does when a pod is created; the scheduler relies on it.
func applyLabelKeys(pod *v1.Pod) {
	if pod.Spec.Affinity == nil {
		return
	}
	merge := func(terms []v1.PodAffinityTerm) {
		for i := range terms {
			t := &terms[i]
			if t.LabelSelector == nil {
				continue
			}
			add := func(keys []string, op metav1.LabelSelectorOperator) {
				for _, key := range keys {
					if value, ok := pod.Labels[key]; ok {
						t.LabelSelector.MatchExpressions = append(t.LabelSelector.MatchExpressions,
							metav1.LabelSelectorRequirement{Key: key, Operator: op, Values: []string{value}})
					}
				}
			}
			add(t.MatchLabelKeys, metav1.LabelSelectorOpIn)
			add(t.MismatchLabelKeys, metav1.LabelSelectorOpNotIn)
		}
	}
	if a := pod.Spec.Affinity.PodAffinity; a != nil {
		merge(a.RequiredDuringSchedulingIgnoredDuringExecution)
	}
	if a := pod.Spec.Affinity.PodAntiAffinity; a != nil {
		merge(a.RequiredDuringSchedulingIgnoredDuringExecution)
	}
}

func judge(c *testCase) (refusals, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var objects []runtime.Object
	for _, o := range c.Nodes {
		objects = append(objects, o)
	}
	for _, o := range c.Pods {
		applyLabelKeys(o)
		objects = append(objects, o)
	}
	applyLabelKeys(c.Pod)
	for _, o := range c.Namespaces {
		objects = append(objects, o)
	}
	for _, o := range c.Volumes {
		objects = append(objects, o)
	}
	for _, o := range c.Claims {
		objects = append(objects, o)
	}
	for _, o := range c.StorageClasses {
		objects = append(objects, o)
	}
	for _, o := range c.CSINodes {
		objects = append(objects, o)
	}
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	snapshot := cache.NewSnapshot(c.Pods, c.Nodes)
	defaults, err := latest.Default()
	if err != nil {
		return nil, err
	}
	profile := &config.KubeSchedulerProfile{SchedulerName: "default-scheduler", Plugins: &config.Plugins{
		QueueSort: config.PluginSet{Enabled: []config.Plugin{{Name: "PrioritySort"}}},
		Bind:      config.PluginSet{Enabled: []config.Plugin{{Name: "DefaultBinder"}}},
	}}
	registry := plugins.NewInTreeRegistry()
	handle, err := frameworkruntime.NewFramework(ctx, registry, profile,
		frameworkruntime.WithClientSet(client), frameworkruntime.WithInformerFactory(factory),
		frameworkruntime.WithSnapshotSharedLister(snapshot),
		frameworkruntime.WithSharedCSIManager(nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())))
	if err != nil {
		return nil, err
	}
	args := map[string]runtime.Object{}
	for _, pc := range defaults.Profiles[0].PluginConfig {
		args[pc.Name] = pc.Args
	}
	built := map[string]fwk.Plugin{}
	for _, name := range filterNames {
		if built[name], err = registry[name](ctx, args[name], handle); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if len(c.Claims) > 0 {
		// The volume binder's assume caches are filled by event handlers, just after the informers are synced.
		time.Sleep(20 * time.Millisecond)
	}
	nodes, err := snapshot.NodeInfos().List()
	if err != nil {
		return nil, err
	}
	answer := refusals{}
	for _, n := range nodes {
		answer[n.Node().Name] = map[string][]string{}
	}
	for _, name := range filterNames {
		runPlugin(ctx, built[name], name, c.Pod, nodes, answer)
	}
	return answer, nil
}

func runPlugin(ctx context.Context, plugin fwk.Plugin, name string, pod *v1.Pod, nodes []fwk.NodeInfo, answer refusals) {
	state := framework.NewCycleState()
	var allowed *fwk.PreFilterResult
	if pre, ok := plugin.(fwk.PreFilterPlugin); ok {
		result, status := pre.PreFilter(ctx, state, pod, nodes)
		if status.IsSkip() {
			return
		}
		if !status.IsSuccess() {
			for _, n := range nodes {
				answer[n.Node().Name][name] = status.Reasons()
			}
			return
		}
		allowed = result
	}
	for _, n := range nodes {
		if !allowed.AllNodes() && !allowed.NodeNames.Has(n.Node().Name) {
			answer[n.Node().Name][name] = []string{"excluded by PreFilter"}
			continue
		}
		if status := plugin.(fwk.FilterPlugin).Filter(ctx, state, pod, n); !status.IsSuccess() {
			answer[n.Node().Name][name] = status.Reasons()
		}
	}
}
